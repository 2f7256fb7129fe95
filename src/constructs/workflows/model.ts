/** What a workflow is made of: plain data, which `policy.ts` judges and `workflow.ts` renders. */
import type { ActionPin } from '../../declaration/pins';

/** A value of a workflow file. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value | undefined };

/** What a job may do with the repository; @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions */
export type Permissions = { readonly [scope: string]: 'read' | 'write' };

/** One step: an action at a pinned commit, or a command. */
export interface WorkflowStep {
  readonly name: string;
  /** The file that declares it, from this folder; by default, the one that the header of the workflow names. */
  readonly source?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: ActionPin;
  readonly with?: { readonly [input: string]: Value };
  readonly env?: { readonly [name: string]: Value };
  readonly shell?: string;
  readonly run?: string;
}

/** A job that runs steps. */
export interface StepsJob {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly permissions: Permissions;
  readonly runsOn: string | readonly string[];
  readonly timeoutMinutes: number;
  readonly environment?: string;
  /** Where its commands run, from the checkout's root. */
  readonly workingDirectory?: string;
  readonly container?: { readonly [key: string]: Value };
  readonly outputs?: { readonly [name: string]: string };
  readonly env?: { readonly [name: string]: Value };
  readonly steps: readonly WorkflowStep[];
}

/** A job that calls another workflow of this repository. */
export interface CallJob {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly permissions: Permissions;
  /** The called file, from the repository's root. */
  readonly calls: string;
  readonly with?: { readonly [input: string]: Value };
  /** What it may do with caches at most, which GitHub's cache service sees to. */
  readonly cacheMode?: 'none' | 'read';
}

/** What a workflow file says. */
export interface WorkflowDefinition {
  readonly name: string;
  readonly on: { readonly [event: string]: Value };
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean | string };
  readonly jobs: { readonly [id: string]: StepsJob | CallJob };
}

/** Marks steps with the file that declares them; a step that has a source keeps it. */
export function declaredIn(source: string, steps: readonly WorkflowStep[]): WorkflowStep[] {
  return steps.map((step) => ({ source, ...step }));
}
