import { readdir, readFile, readlink } from 'node:fs/promises';
import { pidsInGroup } from './process-identity.ts';

/** The TCP ports that processes of a group listen on, in order. On Linux alone: elsewhere none is known. */
export async function listeningPorts(group: number): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const pids = await pidsInGroup(group);
  const tables = await Promise.all(
    pids.flatMap((pid) => ['tcp', 'tcp6'].map((table) => textOf(`/proc/${pid}/net/${table}`))),
  );
  const sockets = new Set((await Promise.all(pids.map(socketsOf))).flat());
  const ports = tables
    .flatMap(listenersIn)
    .filter(({ socket }) => sockets.has(socket))
    .map(({ port }) => port);
  return [...new Set(ports)].toSorted((left, right) => left - right);
}

/** Numbers of the sockets that a process holds. */
async function socketsOf(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** The state of a socket that waits for connections (Linux, include/net/tcp_states.h). */
const LISTENING = '0A';

/** Fields of proc_net_tcp(5): number, local address and port in hexadecimal, remote ones, state, …, the tenth the socket. */
function listenersIn(table: string): readonly { readonly socket: string; readonly port: number }[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , socket = ''] = line.trim().split(/\s+/);
    const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16);
    return state === LISTENING && Number.isInteger(port) ? [{ socket, port }] : [];
  });
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
