import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AWS_POLICY, isAllowedAddress, LOCAL_POLICY } from '../../lib/stages/address-policy.ts';

const LOOPBACK = [
  '127.0.0.1',
  '127.255.255.254',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '::1',
  '0:0:0:0:0:0:0:1',
  '[::1]',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:127.0.0.1',
];

const NEVER = [
  '0.0.0.0',
  '0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '012.0.0.1',
  '0xa000001',
  '100.64.0.1',
  '100.127.255.255',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::ffff:10.0.0.1',
  '::ffff:0.0.0.0',
  '::169.254.169.254',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::127.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::8.8.8.8',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fec0::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff::1',
  'ff02::1',
  '100::1',
  '2001::1',
  '2001:0:7f00:1::',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  '5f00::1',
  '',
  'localhost',
  'example.com',
  '1.2.3.4.5',
  '256.1.1.1',
  '1.2.3.4/24',
  '8.8.8.8@127.0.0.1:80',
  '::g',
  ':::1',
];

const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2001:4860:4860::8888',
  '2600:1f18::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
];

describe('which addresses may be asked', () => {
  it.each(LOOPBACK)('%s on one machine, not in AWS', (address) => {
    expect(isAllowedAddress(address, LOCAL_POLICY)).toBe(true);
    expect(isAllowedAddress(address, AWS_POLICY)).toBe(false);
  });

  it.each(NEVER)('%j nowhere', (address) => {
    expect(isAllowedAddress(address, LOCAL_POLICY)).toBe(false);
    expect(isAllowedAddress(address, AWS_POLICY)).toBe(false);
  });

  it.each(PUBLIC)('%s everywhere', (address) => {
    expect(isAllowedAddress(address, LOCAL_POLICY)).toBe(true);
    expect(isAllowedAddress(address, AWS_POLICY)).toBe(true);
  });

  it('is the same for every spelling of an IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.boolean(), (address, loopback) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const value = ((a * 256 + b) * 256 + c) * 256 + d;
        const allowed = isAllowedAddress(address, { loopback });
        const hex = value.toString(16).padStart(8, '0');
        const spellings = [
          String(value),
          `0x${hex}`,
          `0${value.toString(8)}`,
          `${a}.${b}.${c * 256 + d}`,
          `0${a.toString(8)}.0x${b.toString(16)}.${c}.${d}`,
          `::ffff:${address}`,
          `::ffff:${hex.slice(0, 4)}:${hex.slice(4)}`,
          `[0:0:0:0:0:ffff:${address}]`,
        ];
        for (const spelling of spellings) {
          expect(isAllowedAddress(spelling, { loopback }), spelling).toBe(allowed);
        }
        expect(isAllowedAddress(`64:ff9b::${address}`, { loopback })).toBe(
          isAllowedAddress(address, AWS_POLICY),
        );
      }),
    );
  });

  it('never lets text pass that is no address', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^[\s.]*[0-9]/.test(text) && !text.includes(':') && !isIPv4(text));
        expect(isAllowedAddress(text, LOCAL_POLICY)).toBe(false);
      }),
    );
  });
});
