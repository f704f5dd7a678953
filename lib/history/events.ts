import type { z } from 'zod';
import { deploymentEvents } from './deployment-events.ts';
import { environmentEvents } from './environment-events.ts';
import { sealEvents } from './seal-events.ts';
import { currentVersion } from './upcasters.ts';

const schemas = { ...deploymentEvents, ...environmentEvents, ...sealEvents };

export type EventType = keyof typeof schemas;
export type EventData<Type extends EventType> = z.output<(typeof schemas)[Type]>;

/** A fact. Events are written once and never changed; `v` is the version of the type's data. */
export type Event = {
  readonly [Type in EventType]: { readonly type: Type; readonly v: number; readonly data: EventData<Type> };
}[EventType];
export type DeploymentEvent = Extract<Event, { type: keyof typeof deploymentEvents }>;
export type EnvironmentEvent = Extract<Event, { type: keyof typeof environmentEvents }>;

export const EVENT_SCHEMAS: Readonly<Record<EventType, z.ZodType>> = schemas;

/** An event of the current version of its type. */
export function event<Type extends EventType>(
  type: Type,
  data: EventData<Type>,
): Extract<Event, { type: Type }> {
  return { type, v: currentVersion(type), data } as Extract<Event, { type: Type }>;
}

export type { Judgement, Trigger } from './deployment-events.ts';
