import type { StreamName } from '../history/event-store.ts';
import { inspectDeployment } from './inspect-deployment.ts';
import { inspectEnvironment } from './inspect-environment.ts';
import type { Inspector } from './inspector.ts';

const NOTHING: Inspector = { commit: () => undefined, end: () => undefined };

/** Holds a stream against the rules of what it is the history of. Seals have an audit of their own. */
export function inspectFold(stream: StreamName): Inspector {
  if (stream.startsWith('deployment#')) return inspectDeployment(stream);
  if (stream.startsWith('environment#')) return inspectEnvironment();
  return NOTHING;
}
