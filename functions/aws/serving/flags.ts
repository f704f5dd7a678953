import { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { Flags } from '../../../lib/environments/flags.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { createAppConfigFlags } from '../../../lib/stages/cloud/appconfig-flags.ts';
import type { Environment } from './environment.ts';

/** The flags of the system's environments, in AppConfig. */
export function openFlags({ NONEVENT_FLAGS: { strategy, places } }: Environment, store: EventStore): Flags {
  return createAppConfigFlags({
    client: new AppConfigClient({}),
    store,
    strategy,
    location: (environment) => (Object.hasOwn(places, environment) ? places[environment] : undefined),
  });
}
