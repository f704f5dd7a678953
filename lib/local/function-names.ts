import type { FunctionNames } from '../lifecycle/states-language.ts';

/** The functions that state machines invoke, by the plain names that they have on one machine. */
export const FUNCTION_NAMES = {
  stage: 'nonevent-stage',
  undo: 'nonevent-undo',
  enter: 'nonevent-enter',
  conclude: 'nonevent-conclude',
} as const satisfies FunctionNames;

/** The functions that events reach. */
export const EVENT_FUNCTION_NAMES = {
  request: 'nonevent-request',
  stop: 'nonevent-stop',
  callback: 'nonevent-callback',
  rollback: 'nonevent-rollback',
  rerun: 'nonevent-rerun',
  flag: 'nonevent-flag',
  unlock: 'nonevent-unlock',
  reconcile: 'nonevent-reconcile',
} as const;
