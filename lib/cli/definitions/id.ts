import type { Described } from '../definition.ts';

/** The argument of every command that works on one deployment. */
export const ID: Described = { flags: '[id]', says: 'a deployment id, a unique prefix of one, or `latest`' };
