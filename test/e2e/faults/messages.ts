/** Expected messages of the faults, by class and ID; … stands for names, paths and numbers. */
export const MESSAGES: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  // Folders that hold the user's files
  1: {
    'source-in-build': ' lies in BUILD_DIR …, which is emptied: set BUILD_DIR to another folder',
    'build-dir-foreign':
      ' contains files that this build did not create; refusing to delete it: move it, or set BUILD_DIR to another folder',
    'output-in-emptied': 'OUTPUT_DIR … lies in a folder that the build empties: set it to another folder',
    'build-in-output': 'BUILD_DIR … lies in OUTPUT_DIR …, which is replaced: set one to another folder',
    'source-in-output': ' lies in OUTPUT_DIR …, which is replaced: set OUTPUT_DIR to another folder',
    'output-foreign':
      ' contains other files (…), which a build would delete: move them, or set OUTPUT_DIR to another folder',
    'output-no-folder': ' is no folder: remove it, or set OUTPUT_DIR to a folder',
    'output-mount': 'OUTPUT_DIR … is a mount point, which a build cannot replace: set it to a folder below, such as …',
    'compiler-cache-foreign': 'SCCACHE_DIR … contains other files (…): set it to an empty folder',
  },
  // Concurrent runs
  2: {
    'in-use': ' is in use by `…`, process … on …, since …: wait for it, or set BUILD_DIR to another folder',
    'output-in-use': ' is in use by `…`, process … on …, since …: wait for it, or set OUTPUT_DIR to another folder',
  },
  // Interrupted runs
  3: {
    stopped: 'stopped by SIG…: what was under way has ended, and nothing was delivered',
    'step-failed': 'error: step …, Build the wheel of …: … ended with exit status …',
    'output-unwritable': 'cannot write to standard output (…): see that it is open, and that its disk has room',
  },
  // Wheels and their tests
  4: {
    'wheel-changed': 'SHA256SUMS says …: copy it again',
    'wheel-gone': 'SHA256SUMS lists …, which is not there: copy it, or build again',
    'record-schema': 'is a build record of schema …, not …: build again, with this program',
    'file-foreign': 'is neither a wheel nor a record: remove it',
    'check-ended':
      'exited with status 0 before its last line: let it reach its end, or raise unittest.SkipTest("reason")',
    'check-silent': 'says nothing, which proves nothing: have it print something, or make it a check of kind python',
    'check-unexpected': "'…' is not in its output",
    'check-failed': 'FAIL …: ended with exit status …',
    'check-timeout': 'FAIL …: timed out after …',
    'check-killed': 'FAIL …: was killed by SIG…',
    'check-imports': 'FAIL …: ModuleNotFoundError: …',
    'check-no-module': 'the wheel has no module …: correct the imports of the check',
    'check-no-import': 'nothing is left to import: the check leaves out all that it names',
    'checks-failed': 'checks failed (see "FAIL" above); full output: next to …',
    'wheel-unlisted': 'does not list …: remove it, or build again',
    'file-unreadable': 'cannot read … (…): see that it is there, whole and readable',
    'record-no-json': 'is not JSON (line …: …): write it again',
    'record-no-record': 'is not a build record (…): build again',
    'record-of-other': "build-record.json has the …, not …: give the folder with that build's wheels",
    'sums-line': 'is not a SHA-256, two blanks and a name: build again',
    unfinished: 'the last build has not delivered its wheels, those in … are of an earlier one: build again',
    'member-path': 'which is no plain path below the folder that it goes to: build it again',
    'member-foreign': ': leave it out of the wheel',
    'two-metadata': ' has … .dist-info folders (…): a wheel has one',
    'member-case': 'one file where case does not count: rename one',
    'member-link': 'a symbolic link, which no installer makes: put the file there',
    'member-twice': 'has … twice: build it again',
    'package-of-other': 'is a file of …, too: leave it out of the wheel',
  },
  // Tools, disks, networks
  5: {
    'log-unwritable':
      'cannot write to the log … (…): make room on its disk, or set BUILD_DIR to a folder of another one',
    'tool-missing': ' is missing: use the toolchain image, or install what …',
    'tool-broken': '`… --version` does not work (…): use the toolchain image, or install what …',
    'tool-old': ' is …, but … or newer is required: use the toolchain image, or install what …',
    'tool-silent': ' gave no answer in …',
    'tool-unstartable': 'cannot start … (…): install it anew, or correct the PATH',
    'compiler-missing':
      'there is no C compiler …: use the toolchain image, or install one (Debian: gcc), or set CC to one',
    'compiler-broken': 'the C compiler … cannot build a program (…): use the toolchain image, or repair it',
    'python-old': 'Python 3.12 or newer is needed, … is …: use the toolchain image',
    'python-missing': 'Python 3.12 or newer is needed, … is missing: use the toolchain image',
    'build-dir-name':
      'BUILD_DIR … has the character …, which compilers or CMake take apart: set BUILD_DIR to a path without it',
    'folder-unwritable': 'cannot write to … (…): make it writable, or set … to another folder',
    'disk-full': 'has … of free disk space, but … is required: free disk space, or set … to a folder on another disk',
    temporary: 'there is no folder for temporary files (…): set TMPDIR to one that can be written to',
    'compiler-cache-no-folder': 'SCCACHE_DIR … is no folder: set it to one',
    'compiler-cache-unreachable':
      "the compiler cache does not start (…): correct SCCACHE_DIR or sccache's other variables, or take sccache off the PATH",
    'took-too-long': 'timed out after …',
    'hook-failed': 'error: step …: … ended with exit status …',
    'hook-missing': 'is not on the PATH: install it, or use the toolchain that the plan names',
    'plan-missing': 'cannot read the plan … (…): run npx projen',
    'plan-damaged': 'is not a plan (…): run npx projen',
    'source-missing': 'is not a folder: name the tree to build',
    'source-no-project': 'has no …, from which … is built: are its submodules there?',
    'version-wrong': 'must be a version by PEP 440, such as 1.2.3 or 1.2.3.dev4',
    'wheel-unknown': "there is no wheel '…': name one of …",
    'pinned-missing':
      '--only: the selected wheels pin the version of …, not built yet: build that first, or all of them together:',
    'argument-unknown': "unknown argument '…'",
    'step-unknown': "--from-step: there is no step '…'",
    'git-unreachable': 'cannot fetch … of …: check that the repository is reachable and has that commit',
    'index-unreachable':
      'cannot download …: check that the package index is reachable, or set PIP_INDEX_URL to another',
  },
  // The user's settings: harmless, so they cause no message
  6: {},
  // Damaged state of an earlier run
  7: {
    'from-step-other': '--from-step: the earlier run had another …: run all steps',
    'finished-gone': 'there is no folder …: name the one that holds the wheels',
    'wheel-cache-unusable':
      'cannot use the wheel cache … (…): make it a folder that can be read and written to, or set WHEEL_CACHE_DIR to another one',
  },
  // Releases
  8: {
    'tag-no-version': "the tag '…' is not a v and a version by PEP 440: write it like v1.2.3 or v1.2.3rc1",
    'tag-normal': "the tag '…' is not in PEP 440's normal form: tag v…",
    'tag-kind': "the tag '…' names …, which a release cannot have: tag v…",
    'tag-missing': 'there is no tag … in …: push it (git push origin refs/tags/…)',
    'tag-no-commit': 'the tag … names a … …, not a commit: tag the commit',
    'tag-moved': 'named … when …: the tag was moved: see who moved it, and release under a new version',
    'run-on-branch': 'this run is on …, and GitHub would sign that, not …: start it on the tag',
    'tag-off-branch': 'the tag … is not on the branch …: tag a commit that is, or set release.onDefaultBranch to false',
    'not-tested': 'test-report.json not found: test the wheels, and put the report next to them',
    'tests-failed': 'failed (…: …): mend the wheels',
    'tests-left-out': 'tells of … checks that passed, and … that did not run: run them all',
    'other-tested': 'is not the file that was tested: test it again',
    'report-other': "test-report.json has the …: put this platform's own report there",
    'platform-gone': 'there is no folder …: build …, or declare it no more',
    'platform-unknown': 'holds wheels, but is no platform of the plan: remove them, or declare …',
    'record-other': "build-record.json has the …: put this platform's own build there",
    'built-dirty': 'was built from a tree with changes that are not committed: commit them, and build that',
    'built-elsewhere': "was built from another tree than the plan's source: build it without SOURCE_DIR",
    'built-otherwise': 'was built for the source …, the plan has …: build it again',
    'other-version': 'has version …, not …: amend it with version …',
    'digest-differs': 'a wheel changed since it was verified (…): verify again, from the build on',
    'sums-differ': 'SHA256SUMS is not the file that the build made (…): take the wheels of that build',
    'draft-foreign': 'a draft of … exists that this pipeline did not make: publish or delete it (…)',
    'published-otherwise':
      'is already published (…) with other files: …: nothing is changed; release these under another version',
    'two-publish': 'another run publishes … at the same time, or its notes were edited: let it end',
    'published-meanwhile': 'was published by somebody else meanwhile (…)',
    'draft-gone': 'the draft of … is gone; … is not published by this run: run it again',
    'upload-differs': 'the files downloaded again are not those uploaded: …',
    'gh-failed': 'gh release upload … failed: …; … is not published by this run: run it again',
    'not-public': 'is not public, its draft is whole: run this again',
    'public-all-the-same': 'is public all the same',
    'public-unknown': 'whether … is public could not be asked: look at …, then run this again',
    'gh-401': 'HTTP 401: …; the token in GH_TOKEN is wrong or has expired: give a valid one',
    'gh-403': 'HTTP 403: …; the token may not do this: give the job the permission `contents: write`',
    'gh-429': 'GitHub limits how often it is asked: wait an hour, then run this again',
    'gh-hangs': 'gh gave no answer in …',
    'gh-missing': 'gh is missing: install the GitHub CLI, https://cli.github.com',
    'gh-token': 'GH_TOKEN',
    'notes-missing': 'there is no file …: write it with the notes command',
    'signature-missing': 'there is no file …: give what the attest job signed',
  },
  // The declaration
  9: {
    'option-unknown': '… must be an option that there is; the nearest is …',
    'option-wrong': 'mlc-llm-pipeline: …: … must be …',
    'file-by-hand': 'mlc-llm-pipeline: refusing to overwrite files that synthesis did not write:',
    policy: 'mlc-llm-pipeline: workflow …, job … must …',
  },
  // Provenance: caches, secrets, checksums
  10: {
    'wheel-kept': 'was kept from an earlier build: build it anew, with an empty WHEEL_CACHE_DIR',
    'member-set-uid': 'which would run as its owner: take its set-uid bit away',
    'member-credentials': 'which is a file of credentials: leave it out of the wheel',
    'wheel-secret': 'holds the value of …, a secret: leave it out of the wheel',
    'hash-differs': 'the index has another file of … than the pinned one: do not use it; see who has changed it',
  },
};
