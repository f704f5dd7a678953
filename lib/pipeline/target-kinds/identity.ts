/** Fields by which a target is found: two environments never have the same, so they are no part of what is compared. */
export const IDENTITY_OF_TARGET: ReadonlySet<string> = new Set([
  'port',
  'function',
  'alias',
  'cluster',
  'service',
  'stack',
  'bucket',
  'url',
  'role',
  'externalId',
  'executionRole',
]);
