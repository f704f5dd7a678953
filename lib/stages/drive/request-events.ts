/** The events that ask the system for something, and the function that each reaches, on one machine and in AWS. */
export const REQUEST_EVENTS = {
  'Deployment Requested': 'request',
  'Stop Requested': 'stop',
  'Rollback Requested': 'rollback',
  'Rerun Requested': 'rerun',
  'Flag Requested': 'flag',
  'Unlock Requested': 'unlock',
  'Stage Reported': 'callback',
} as const;

/** The `detail-type` of an event that asks for something. */
export type RequestEvent = keyof typeof REQUEST_EVENTS;
