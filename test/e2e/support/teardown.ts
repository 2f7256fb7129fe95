import { holder } from './setup';

/** After the last file: ends the engine, if it was not there before. */
export default async function teardown(): Promise<void> {
  await holder.e2eEngine?.stop();
}
