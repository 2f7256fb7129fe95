/** The part of `docs/local-development.md` that is for Windows. */
import { powerShellCommands, table } from './page';
import { outputFolder } from '../plan/files';
import { VARIABLES } from '../plan/inputs';
import type { PlannedBuild } from '../plan/plan';
import { platformsOn } from '../plan/select';

/** What to install, what to run, and what to do about what it says. */
export function windowsSection(build: PlannedBuild): string[] {
  const { conda, vulkanSdk } = build;
  const inEnvironment = (script: string): string =>
    `micromamba run --name ${conda.name} pwsh -File scripts/${script}.ps1`;
  const folder = outputFolder(platformsOn(build, 'windows')[0]);
  return [
    '',
    '## Windows',
    '',
    'You need, on Windows 10 or 11 for x86-64:',
    ...table(
      ['What', 'Exactly', 'How'],
      [
        [
          'C++ compiler',
          'Build Tools for Visual Studio 2022, workload "Desktop development with C++" (`Microsoft.VisualStudio.Workload.VCTools`)',
          '`winget install Microsoft.VisualStudio.2022.BuildTools --override "--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"`',
        ],
        [
          'PowerShell',
          '7 (`pwsh`), as below; 5.1, which Windows brings, will do: `powershell -ExecutionPolicy Bypass -File`',
          '`winget install Microsoft.PowerShell`',
        ],
        [
          'micromamba',
          'any 2.x: it reads the selectors of the environment file, which Conda does not',
          '<https://mamba.readthedocs.io/en/latest/installation/micromamba-installation.html>',
        ],
        ...(vulkanSdk
          ? [
              [
                'Vulkan SDK',
                `LunarG ${vulkanSdk.version}`,
                'the build installs it where `VULKAN_SDK` names none, without registering it',
              ],
            ]
          : []),
      ],
    ),
    'Then make the Conda environment once, and build and test in it:',
    ...powerShellCommands(
      `micromamba create --yes --name ${conda.name} --file ${conda.file}`,
      inEnvironment('build'),
      inEnvironment('test'),
    ),
    `The wheels are in \`${folder}\`. \`pwsh -File scripts/build.ps1 --help\` lists what can be set, for example`,
    `\`$env:${VARIABLES.sourceDir} = 'C:\\src\\tree'\`. The build enters the compiler's environment for x64 by itself, in whatever prompt it is started.`,
    '',
    "The wheels are tested with a Python that is not Conda's, as a user has one: of the wheels' version, for x64, not the Microsoft Store's.",
    `It is looked for on the PATH, among those of GitHub's runner (\`RUNNER_TOOL_CACHE\`), and where Python's installers put it; \`${VARIABLES.testPython}\``,
    "names another. Where there is none, the test takes Conda's, which finds DLLs that users may lack, and says so.",
    ...table(
      ['It says', 'Do this'],
      [
        [
          '`vswhere.exe is missing`, or Visual Studio has no C++ tools',
          'install the Build Tools above, with the workload; restart the shell',
        ],
        [
          '`Python 3.12 or newer is needed`',
          'run the script through `micromamba run`, as above, or activate the environment',
        ],
        ...(vulkanSdk
          ? [
              [
                '`VULKAN_SDK is …, which holds no SDK`',
                'correct the variable, or remove it: the build then installs the SDK',
              ],
              [
                '`cannot download …`, or `the download of … was cut off`',
                'build again; behind a proxy, set `https_proxy`, or install the SDK yourself and set `VULKAN_SDK`',
              ],
              [
                '`has the SHA-256 …, not the pinned one`',
                'do not run the installer: its address gives another file than the pinned one',
              ],
            ]
          : []),
        [
          '`BUILD_DIR … has no drive letter`',
          'set `BUILD_DIR` to a folder of a local drive, such as `C:\\build`: the checkout is on a network share',
        ],
        ['`BUILD_DIR … has … characters`', 'set `BUILD_DIR` to a shorter folder, such as `C:\\build`'],
        [
          '`Filename too long`',
          '`git config --global core.longpaths true`, and set `LongPathsEnabled` in the registry, or use a shorter `BUILD_DIR`',
        ],
        [
          "`testing with …, which is Conda's`",
          `install Python of that version for x64 from <https://www.python.org/downloads/windows/>, or set \`${VARIABLES.testPython}\``,
        ],
        [
          'a DLL, or one of its dependencies, is not found',
          'the check names the DLL: exclude it from the repair only if users have it',
        ],
      ],
    ),
    ...unseen(build),
  ];
}

/** What stand-ins took the place of, the riskiest first. */
function unseen({ conda, vulkanSdk, rust }: PlannedBuild): string[] {
  const risks = [
    ...(conda.packages.some(({ name }) => name === 'llvmdev')
      ? ["conda-forge's static LLVM libraries, linked by MSVC: the suite links none"]
      : []),
    `the Conda environment as micromamba resolves it for Windows, with its activation scripts${rust ? ', and its Rust beside that of rustup' : ''}`,
    'Visual Studio itself: `vswhere`, `VsDevCmd.bat` and the Windows SDK are programs of the suite that answer as they do',
    ...(vulkanSdk
      ? [
          "LunarG's installer with `copy_only=1`, with and without an administrator's rights",
          'a Vulkan device of a real driver',
        ]
      : []),
    'the time and the disk that it takes: GitHub gives a job six hours, and some 14 GB on the drive of the checkout',
    'the PowerShell wrappers, under 5.1 and 7: they are read by a parser, and never ran',
    'what a user has: a Windows without developer tools, a virus scanner that holds files open',
  ];
  return [
    '### What only a real Windows can show',
    '',
    "The suite runs Windows' Python and programs under Wine. What it cannot show, in the order of risk:",
    '',
    ...risks.map((risk, index) => `${index + 1}. ${risk}`),
    '',
  ];
}
