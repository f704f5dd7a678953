import { nothingByName } from '../environments/by-name.ts';
import { afterSchemaChange, type SchemaStates } from '../environments/schema.ts';
import { environmentEvents } from '../history/environment-events.ts';
import type { EnvironmentEvent, Event, EventData } from '../history/events.ts';
import { findingAt } from './inspect-deployment.ts';
import {
  afterLeaseEvent,
  heldInWords,
  isLeaseEvent,
  type LeaseState,
  leaseIllegality,
  noLease,
} from './inspect-lease.ts';
import {
  afterLiveChange,
  coolingIllegality,
  type LiveState,
  liveIllegality,
  NOTHING_LIVE,
} from './inspect-live.ts';
import { schemaIllegality } from './inspect-schema.ts';
import type { Inspector } from './inspector.ts';

/**
 * Holds an environment's history against the rules of its lease and of its schemas, and nothing in it is made live or migrated
 * without the lease.
 */
export function inspectEnvironment(): Inspector {
  let known: Known = { ...noLease(), ...NOTHING_LIVE, schemas: nothingByName() };
  return {
    commit(commit) {
      for (const [index, event] of commit.events.entries()) {
        if (!isOfEnvironment(event))
          return findingAt(commit, index, `${event.type} is no event of an environment`);
        const problem = illegality(known, event);
        if (problem !== undefined) return findingAt(commit, index, problem);
        known = after(known, event);
      }
      return undefined;
    },
    end: () => undefined,
  };
}

type Known = LeaseState & LiveState & { readonly schemas: SchemaStates };

function isOfEnvironment(event: Event): event is EnvironmentEvent {
  return Object.hasOwn(environmentEvents, event.type);
}

function illegality(known: Known, event: EnvironmentEvent): string | undefined {
  if (isLeaseEvent(event)) return leaseIllegality(known, event);
  switch (event.type) {
    case 'LiveChanged':
      return liveIllegality(known, known, event.data);
    case 'RevisionCooled':
      return coolingIllegality(known, known, event.data);
    case 'SchemaChanged':
      return schemaIllegality(known.schemas, event.data) ?? unleased(known, event.data);
    case 'FlagChanged':
      // A person may change a flag at any time, and a deployment takes its own back.
      return undefined;
    default:
      return event satisfies never;
  }
}

function after(known: Known, event: EnvironmentEvent): Known {
  if (isLeaseEvent(event)) return { ...known, ...afterLeaseEvent(known, event) };
  if (event.type === 'LiveChanged') return { ...known, ...afterLiveChange(known, event.data) };
  if (event.type !== 'SchemaChanged') return known;
  return { ...known, schemas: afterSchemaChange(known.schemas, event.data) };
}

function unleased(
  { lease }: Known,
  { schema, deployment, by = deployment }: EventData<'SchemaChanged'>,
): string | undefined {
  return lease?.deployment === by
    ? undefined
    : `deployment ${by} changes schema ${schema}, but ${heldInWords(lease)}`;
}
