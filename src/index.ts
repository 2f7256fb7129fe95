export { MlcLlmVariant } from './mlc-llm/variants';
export { MlcLlmPipelineOptions, MlcLlmPipelineProject, MlcLlmPipelineProjectOptions } from './project';
export { WheelPipeline } from './pipeline';
export { ImageOptions, PipelineOptions, SystemOptions, WorkflowName } from './declaration/pipeline';
export { Platform } from './declaration/platform';
export { GitSource, SdistSource, Source } from './declaration/source';
export { CondaPackage, Tool, Toolchain } from './declaration/toolchain';
export { Variant, VariantWheel } from './declaration/variant';
export {
  CMakeDefinitions,
  LibraryAlias,
  LibraryExcludes,
  RequirementAmendments,
  SizeLimits,
  Wheel,
  WheelCheck,
} from './declaration/wheel';
