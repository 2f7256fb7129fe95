export { MlcLlmVariant } from './mlc-llm-variants';
export { MlcLlmPipelineOptions, MlcLlmPipelineProject, MlcLlmPipelineProjectOptions } from './project';
export { WheelPipeline } from './pipeline';
export { ImageOptions, PipelineOptions, SystemOptions, WorkflowName } from './spec/pipeline';
export { Platform } from './spec/platform';
export { GitSource, SdistSource, Source } from './spec/source';
export { CondaPackage, Tool, Toolchain } from './spec/toolchain';
export { Variant, VariantWheel } from './spec/variant';
export {
  CMakeDefinitions,
  LibraryAlias,
  LibraryExcludes,
  RequirementAmendments,
  SizeLimits,
  Wheel,
  WheelCheck,
} from './spec/wheel';
