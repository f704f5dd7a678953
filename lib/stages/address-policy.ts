import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Which addresses a check may ask. Public ones always; loopback where a service under test runs on the same machine. */
export type AddressPolicy = { readonly loopback: boolean };

/** On one machine: the services it runs, and public addresses. */
export const LOCAL_POLICY: AddressPolicy = { loopback: true };

/** In AWS: public addresses only. */
export const AWS_POLICY: AddressPolicy = { loopback: false };

/**
 * Whether a policy lets an address be asked. Takes IPv4 and IPv6 in every spelling that a URL may hold, such as `127.1`,
 * `0x7f000001` or `::ffff:7f00:1`. What is not an address is not allowed. Pure.
 *
 * Ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries.
 */
export function isAllowedAddress(address: string, { loopback }: AddressPolicy): boolean {
  const plain = canonical(address);
  if (plain === undefined) return false;
  if (isIPv4(plain)) return isAllowedVersion4(plain, loopback);
  const groups = groupsOf(plain);
  if (isLoopback(groups)) return loopback;
  if (isMapped(groups)) return isAllowedVersion4(embedded(groups), loopback);
  if (isTranslated(groups)) return isAllowedVersion4(embedded(groups), false);
  return GLOBAL_VERSION_6.check(plain, 'ipv6') && !SPECIAL_VERSION_6.check(plain, 'ipv6');
}

/** The one spelling of an address; `undefined` where it is none. A URL's host is read by the same rules as a browser's. */
function canonical(address: string): string | undefined {
  const [bare = ''] = address.replaceAll(/^\[|\]$/g, '').split('%');
  if (!/^[0-9a-fx.:]+$/i.test(bare)) return undefined;
  try {
    const { hostname } = new URL(`http://${bare.includes(':') ? `[${bare}]` : bare}/`);
    const plain = hostname.replaceAll(/^\[|\]$/g, '');
    return isIPv4(plain) || isIPv6(plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}

function isAllowedVersion4(address: string, loopback: boolean): boolean {
  if (LOOPBACK_VERSION_4.check(address)) return loopback;
  return !SPECIAL_VERSION_4.check(address);
}

/** The eight groups of a canonical IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
}

/** `::1` */
function isLoopback(groups: readonly number[]): boolean {
  return groups.join(':') === '0:0:0:0:0:0:0:1';
}

/** `::ffff:0:0/96`, an IPv4 address as an IPv6 socket sees it. */
function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 6).join(':') === '0:0:0:0:0:65535';
}

/** `64:ff9b::/96`, which a NAT64 gateway turns into the IPv4 address at its end. */
function isTranslated(groups: readonly number[]): boolean {
  return groups.slice(0, 6).join(':') === `${0x64}:${0xff9b}:0:0:0:0`;
}

function embedded(groups: readonly number[]): string {
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

const LOOPBACK_VERSION_4 = blockList('ipv4', ['127.0.0.0/8']);

const SPECIAL_VERSION_4 = blockList('ipv4', [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared, behind carriers
  '169.254.0.0/16', // link-local, metadata of cloud machines
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

/** What is not in here is loopback, link-local, unique local, multicast or reserved. */
const GLOBAL_VERSION_6 = blockList('ipv6', ['2000::/3']);

const SPECIAL_VERSION_6 = blockList('ipv6', [
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
]);

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
