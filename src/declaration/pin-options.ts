import { must, nearest } from './error';
import { ACTIONS } from './pins';
import { imageReferenceText, objectOf, recordOf, sha256, text, z } from './schema/values';

/** LunarG's Vulkan SDK for Windows. */
export interface VulkanSdkPin {
  /** Its version, such as `1.4.357.0`. */
  readonly version: string;

  /** The SHA-256 of its installer for x86-64, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What this library has fixed, and a project wants at another version. */
export interface PinOptions {
  /**
   * Actions: their name → `<commit> # <version>`, such as
   * `{ 'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1' }`.
   *
   * @default - this library's pins
   */
  readonly actions?: { readonly [action: string]: string };

  /**
   * The image that brings micromamba, as `name:tag@sha256:digest`; its tag is micromamba's version.
   *
   * @default - this library's pin
   */
  readonly micromamba?: string;

  /**
   * The Vulkan SDK.
   *
   * @default - this library's pin
   */
  readonly vulkanSdk?: VulkanSdkPin;
}

/** A commit with the version that people read. */
export const PINNED = /^([0-9a-f]{40}) # (v\d[\w.-]*)$/;

/** @internal */
export const pinsSchema = objectOf<PinOptions>()({
  actions: z.optional(
    recordOf(
      text('an action, such as actions/checkout', /^[\w.-]+(\/[\w.-]+)+$/),
      text('<commit> # <version>: all 40 digits of the commit, and the version that they are', PINNED),
    ),
  ),
  micromamba: z.optional(imageReferenceText),
  vulkanSdk: z.optional(
    objectOf<VulkanSdkPin>()({
      version: text('a version of four numbers, such as 1.4.357.0', /^\d+(\.\d+){3}$/),
      sha256,
    }),
  ),
});

/** What a schema cannot say. @internal */
export function validatePins({ actions = {}, micromamba }: PinOptions): void {
  const used = [...new Set(Object.values(ACTIONS).map(({ action }) => action as string))];
  for (const action of Object.keys(actions)) {
    must(
      used.includes(action),
      'pins.actions',
      action,
      `an action that the workflows use; the nearest is ${nearest(action, used)}`,
    );
  }
  must(
    micromamba === undefined || /:\d+(\.\d+)+@/.test(micromamba),
    'pins.micromamba',
    micromamba,
    "an image whose tag is micromamba's version, such as 2.3.3",
  );
}
