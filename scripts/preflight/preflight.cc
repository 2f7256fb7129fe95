// Each function uses one library as far as a wheel's own code does, and gives what it made of it, or 0.
#include <libspirv.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>
#include <llvm/TargetParser/Host.h>
#include <vulkan/vulkan.h>

#include <cstring>
#include <memory>
#include <spirv.hpp>
#include <string>

extern "C" {

uint32_t preflight_from_crate(uint32_t number);

// The size of an object file with a function that adds two numbers.
uint32_t preflight_llvm() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::LLVMContext context;
  llvm::Module module("preflight", context);
  llvm::Type* number = llvm::Type::getInt32Ty(context);
  auto* add = llvm::Function::Create(llvm::FunctionType::get(number, {number, number}, false),
                                     llvm::Function::ExternalLinkage, "add", module);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "entry", add));
  builder.CreateRet(builder.CreateAdd(add->getArg(0), add->getArg(1)));
  std::string triple = llvm::sys::getDefaultTargetTriple(), error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (target == nullptr) return 0;
  std::unique_ptr<llvm::TargetMachine> machine(
      target->createTargetMachine(triple, "generic", "", llvm::TargetOptions(), llvm::Reloc::PIC_));
  module.setTargetTriple(triple);
  module.setDataLayout(machine->createDataLayout());
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile)) return 0;
  passes.run(module);
  return object.size();
}

// The number of words of a shader module that the validator finds to be right. It has a barrier as tvm's compiler emits it
// (sequentially consistent, for the workgroup's memory), which newer validators refuse.
uint32_t preflight_spirv() {
  const char* text =
      "OpCapability Shader\n"
      "OpMemoryModel Logical GLSL450\n"
      "OpEntryPoint GLCompute %main \"main\"\n"
      "OpExecutionMode %main LocalSize 1 1 1\n"
      "%void = OpTypeVoid\n"
      "%number = OpTypeInt 32 1\n"
      "%workgroup = OpConstant %number 2\n"
      "%semantics = OpConstant %number 272\n"
      "%function = OpTypeFunction %void\n"
      "%main = OpFunction %void None %function\n"
      "%label = OpLabel\n"
      "OpControlBarrier %workgroup %workgroup %semantics\n"
      "OpReturn\n"
      "OpFunctionEnd\n";
  spv_context context = spvContextCreate(SPV_ENV_VULKAN_1_1);
  spv_binary binary = nullptr;
  uint32_t words = 0;
  if (spvTextToBinary(context, text, strlen(text), &binary, nullptr) == SPV_SUCCESS &&
      binary->code[0] == spv::MagicNumber &&
      spvValidateBinary(context, binary->code, binary->wordCount, nullptr) == SPV_SUCCESS) {
    words = binary->wordCount;
  }
  spvBinaryDestroy(binary);
  spvContextDestroy(context);
  return words;
}

// The version of Vulkan that the loader knows.
uint32_t preflight_vulkan() {
  uint32_t version = 0;
  return vkEnumerateInstanceVersion(&version) == VK_SUCCESS ? version : 0;
}

// What the crate makes of a number.
uint32_t preflight_crate(uint32_t number) { return preflight_from_crate(number); }

}  // extern "C"
