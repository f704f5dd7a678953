import type { StackConnection } from '../../../lib/cli/stack/stack-connection.ts';

/** What a connection to a stack says, of credentials that no profile names. */
export const CONNECTION: StackConnection = {
  version: 1,
  stack: 'Nonevent',
  region: 'eu-west-1',
  account: '123456789012',
  table: 'Nonevent-History-1',
  bus: 'NoneventBus1',
  artifacts: 'nonevent-artifacts-1',
  stateMachines: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
  connectedAt: '2026-11-23T08:00:00.000Z',
};
