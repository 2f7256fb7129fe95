export { MlcLlmVariant } from './mlc-llm/variants';
export { MlcLlmGitSource, MlcLlmPart, MlcLlmPipelineOptions, MlcLlmSource } from './mlc-llm/options';
export { MlcLlmPipelineProject, MlcLlmPipelineProjectOptions } from './project';
export { WheelPipeline } from './pipeline';
export { BuildScripts } from './constructs/build-scripts';
export { DocsPages } from './constructs/docs-pages';
export { PipelineTasks } from './constructs/tasks';
export { PipelineWorkflow } from './constructs/pipeline-workflow';
export { PipelineWorkflows } from './constructs/pipeline-workflows';
export { ToolchainImage } from './constructs/toolchain-image';
export { WheelCheck } from './declaration/check';
export { DiskFigures } from './declaration/disk';
export { Hook, HookStep, HookTiming } from './declaration/hook';
export { JobOptions, LinuxOptions, SystemOptions } from './declaration/job';
export { MicromambaPin, PinOptions, ProgramPin, SourcePin, VulkanSdkPin, WheelsPin } from './declaration/pin-options';
export { ImageOptions, PipelineSettings, WheelPipelineOptions, WorkflowName } from './declaration/pipeline';
export { Platform, System } from './declaration/platform';
export { ReleaseOptions, TriggerOptions } from './declaration/release';
export { GitSource, SdistSource, Source } from './declaration/source';
export { CondaPackage, ToolchainTool, Toolchain } from './declaration/toolchain';
export { PythonPackage } from './declaration/python-package';
export { Preflight } from './declaration/preflight';
export { ProgramOptions } from './declaration/program';
export { UpkeepOptions } from './declaration/upkeep';
export { Variant, VariantChanges, VariantFields, VariantPart } from './declaration/variant';
export {
  CMakeDefinitions,
  LibraryAlias,
  LibraryExcludes,
  RequirementAmendments,
  SizeLimits,
  Wheel,
  WheelChanges,
  WheelFields,
} from './declaration/wheel';
