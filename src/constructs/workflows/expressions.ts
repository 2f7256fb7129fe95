/** Expressions that several workflows share. */

/** The job's token. */
export const TOKEN = '${{ github.token }}';

/** The address of the run. */
export const RUN_URL = '${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}';
