import type { Event } from '../history/events.ts';
import { inspectDeployment } from './inspect-deployment.ts';
import { type Inspect, type Inspector, inspectAll } from './inspector.ts';

const ENDINGS: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'DeploymentSucceeded',
  'DeploymentFailed',
  'DeploymentRolledBack',
  'DeploymentStuck',
]);

/** Holds a deployment against its machine, and tells of each one that has ended and stands. */
export function inspectReplay(ended: () => void): Inspect {
  return (stream) => inspectAll([inspectDeployment(stream), noticingEnd(ended)]);
}

function noticingEnd(tell: () => void): Inspector {
  let hasEnded = false;
  return {
    commit({ events }) {
      hasEnded ||= events.some(({ type }) => ENDINGS.has(type));
      return undefined;
    },
    end() {
      if (hasEnded) tell();
      return undefined;
    },
  };
}

/** Only deployments are replayed. */
export function isNoDeployment(stream: string): boolean {
  return stream?.startsWith('deployment#') !== true;
}
