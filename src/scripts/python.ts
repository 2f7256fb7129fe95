/** The Python modules beside the scripts: which there are, and how the scripts call them. */
import { ROOT, text, Word } from './script';
import { PipelineSpec, reusesWheels, WorkflowName } from '../declaration/pipeline';

const call = (module: string): Word[] => ['python', text`${ROOT}/scripts/${module}`];

/** What reads and writes wheels. */
export const WHEELTOOL = call('wheeltool.py');

/** What answers the scripts' questions about tools, versions and folders. */
export const BUILDTOOL = call('buildtool.py');

const ALIASTOOL_MODULE = 'aliastool.py';

/** What replaces a library that repeats another's code. */
export const ALIASTOOL = call(ALIASTOOL_MODULE);

const WHEELCACHE_MODULE = 'wheelcache.py';

/** What keeps a built wheel, and takes it again. */
export const WHEELCACHE = call(WHEELCACHE_MODULE);

/** The modules that a pipeline's scripts and workflows call. */
export function pythonModules(spec: PipelineSpec): string[] {
  const releases = spec.workflows.includes(WorkflowName.RELEASE);
  const aliases = spec.systems.includes('linux') && spec.wheels.some((wheel) => wheel.aliases);
  return [
    'wheelfiles.py',
    'wheeltool.py',
    'buildtool.py',
    ...(aliases ? [ALIASTOOL_MODULE] : []),
    ...(reusesWheels(spec) ? [WHEELCACHE_MODULE] : []),
    'checks.py',
    ...(releases ? ['releasetool.py'] : []),
  ];
}
