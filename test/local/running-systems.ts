import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { expect, onTestFinished } from 'vitest';
import { type Clients, clientsFor, destroyClients } from '../../lib/local/clients.ts';
import { readConnection } from '../../lib/local/connection.ts';
import { type SystemOptions, startSystem } from '../../lib/local/system.ts';
import { type Child, runChild } from './run-child.ts';
import { ROLE } from './test-system.ts';

export async function start(options: Partial<SystemOptions> & { readonly folder: string }) {
  const system = await startSystem({ functions: () => ({}), timeScale: 0.001, ...options });
  onTestFinished(() => system.close());
  return system;
}

/** A system in a process of its own, and clients that reach it. */
export async function startChild(
  folder: string,
  limits?: string,
): Promise<{ child: Child; clients: Clients }> {
  const child = runChild('system-process.ts', [folder], limits);
  expect(await child.next()).toEqual({ started: child.process.pid });
  const clients = clientsFor(await readConnection(folder));
  onTestFinished(() => destroyClients(clients));
  return { child, clients };
}

export async function createMachine(clients: Clients, name: string, state: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: 'A', States: { A: state } });
  const created = await clients.states.send(
    new CreateStateMachineCommand({ name, definition, roleArn: ROLE }),
  );
  return created.stateMachineArn ?? '';
}

export function put(clients: Clients, source: string, detail: object) {
  const entry = { Source: source, DetailType: 'test', Detail: JSON.stringify(detail) };
  return clients.events.send(new PutEventsCommand({ Entries: [entry] }));
}
