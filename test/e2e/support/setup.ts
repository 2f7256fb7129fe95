import { Engine, startEngine } from './engine';

/** Where the tear-down finds the engine: jest loads the two on their own, in one process. */
export const holder = globalThis as { e2eEngine?: Engine };

/** Before the first file: the engine starts, so that the files, which run side by side, share it. */
export default async function setup({ nonFlagArgs }: { readonly nonFlagArgs: readonly string[] }): Promise<void> {
  // The suites of Windows and of faults need no container, and Docker takes longer to set up than some of them.
  if (nonFlagArgs.length > 0 && nonFlagArgs.every((file) => /(^|\/)(windows|faults)[-.]/.test(file))) return;
  holder.e2eEngine = await startEngine();
}
