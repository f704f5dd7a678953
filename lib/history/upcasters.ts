import type { EventType } from './events.ts';

/** Turns the data of one version into that of the next. Pure. */
export type Upcaster = (data: unknown) => unknown;

/** For each event type its steps: the first turns version 1 into 2, the second 2 into 3, and so on. */
export type Upcasters = Readonly<Partial<Record<EventType, readonly Upcaster[]>>>;

/**
 * The steps of every type that has had more than one version. A type's current version follows from it. Every version
 * ever written keeps its frozen example in test/histories.
 */
export const UPCASTERS: Upcasters = {};

/** The version in which events of a type are written. */
export function currentVersion(type: EventType, upcasters: Upcasters = UPCASTERS): number {
  return 1 + (upcasters[type]?.length ?? 0);
}

/** Brings an event's data from the version it was written in to the current one. */
export function upcast(type: EventType, version: number, data: unknown, upcasters: Upcasters): unknown {
  const steps = upcasters[type]?.slice(version - 1) ?? [];
  return steps.reduce((older, step) => step(older), data);
}
