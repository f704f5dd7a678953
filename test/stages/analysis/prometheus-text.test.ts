import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPrometheusText, SERIES_AT_MOST } from '../../../lib/stages/analysis/prometheus-text.ts';
import { valueIn } from '../../../lib/stages/analysis/prometheus-value.ts';

const gauge = { path: '/metrics', name: 'depth', labels: {}, type: 'gauge' } as const;
const counter = { ...gauge, type: 'counter' } as const;

/** A text as exporters write it: https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-example */
const EXAMPLE = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027
http_requests_total{method="post",code="400"}    3

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
http_request_duration_seconds_bucket{le="0.05",} 24054\r
http_request_duration_seconds_sum 53423.5e-1
`;

describe('the text format of Prometheus', () => {
  it('is read: names, labels with escapes, values and times', () => {
    const read = readPrometheusText(EXAMPLE);
    const samples = 'samples' in read ? read.samples : [];
    expect(
      samples.map(({ name, labels, value, isDated }) => [name, Object.fromEntries(labels), value, isDated]),
    ).toEqual([
      ['http_requests_total', { method: 'post', code: '200' }, 1027, false],
      ['http_requests_total', { method: 'post', code: '400' }, 3, false],
      [
        'msdos_file_access_time_seconds',
        { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
        1458255915,
        false,
      ],
      ['metric_without_timestamp_and_labels', {}, 12.47, false],
      ['something_weird', { problem: 'division by zero' }, Number.POSITIVE_INFINITY, true],
      ['http_request_duration_seconds_bucket', { le: '0.05' }, 24054, false],
      ['http_request_duration_seconds_sum', {}, 5342.35, false],
    ]);
  });

  it('is read back as it was written, whatever is in the labels', () => {
    const word = fc.constantFrom('a', 'B', '_', 'le', 'x_9', '__proto__', 'constructor', 'Zz0');
    const escaped = (text: string) =>
      text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    const sample = fc.record({
      name: word,
      labels: fc.dictionary(word, fc.string({ unit: 'binary' }), { maxKeys: 4, noNullPrototype: true }),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 4 }), (samples) => {
        const text = samples.map(({ name, labels, value }) => {
          const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
          return `${name}{${written.join(',')}} ${value}\n`;
        });
        const read = readPrometheusText(text.join(''));
        expect('samples' in read && read.samples).toEqual(
          samples.map(({ name, labels, value }) => ({
            name,
            labels: new Map(Object.entries(labels)),
            value: Number(String(value)),
            isDated: false,
          })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    'depth',
    'depth one',
    'depth 1 2 3',
    'depth 1 2.5',
    'depth1{',
    'depth{a="1} 1',
    'depth{a=1} 1',
    'depth{a="1" b="2"} 1',
    'depth{,} 1',
    'depth{a="1",a="2"} 1',
    'depth{a="\\x"} 1',
    'depth{} 0x10',
    '{a="1"} 1',
    '1depth 1',
    'dép 1',
    '<html>',
  ])('is refused as a whole for the line %j', (line) => {
    expect(readPrometheusText(`fine 1\n${line}\nfine 2`)).toEqual({
      problem: 'line 2 is no metric of Prometheus',
    });
  });

  it('gives samples or a problem for any text, and never throws', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      '=',
      ',',
      ' ',
      '\n',
      'a',
      'depth',
      '1',
      'NaN',
      '#',
      '\r',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const read = valueIn(text, counter);
          if ('problem' in read) return;
          expect(read.value === null || (Number.isFinite(read.value) && read.value >= 0)).toBe(true);
        },
      ),
    );
  });

  it('takes a megabyte of anything in time that grows with it alone', () => {
    const size = 1024 * 1024;
    for (const text of ['{', '"', '\\', ' ', 'a', 'a{a="', 'a{b="c",', '# ', '1 '].map((one) =>
      one.repeat(Math.floor(size / one.length)),
    ))
      expect(valueIn(`depth 1\n${text}`, gauge)).toBeDefined();
  });
});

describe('the value of a metric', () => {
  it('is that of the series which has the labels, and none where there is no such series', () => {
    const text = 'depth{queue="mail",host="a"} 4\ndepth{queue="print"} 7\n';
    expect(valueIn(text, { ...gauge, labels: { queue: 'mail' } })).toEqual({ value: 4 });
    expect(valueIn(text, { ...gauge, labels: { queue: 'fax' } })).toEqual({ value: null });
    expect(valueIn(text, { ...gauge, labels: { constructor: 'fax' } })).toEqual({ value: null });
    expect(valueIn(text, gauge)).toEqual({ problem: '2 series have these labels, expected one' });
    expect(valueIn(text, counter)).toEqual({ value: 11 });
  });

  it.each([
    ['depth NaN', 'a value makes no sense: NaN'],
    ['depth +Inf', 'a value makes no sense: Infinity'],
    ['depth 1e308', 'a value makes no sense: 1e+308'],
    ['depth 1e999', 'a value makes no sense: Infinity'],
    ['depth 1 1700000000000', 'a value has a time of its own, so it may be an old one'],
    ['depth{a="1",b="2"} 1\ndepth{b="2",a="1"} 1', 'a series is there twice'],
    ['depth 1\ndepth 1', 'a series is there twice'],
    ['other 1\n'.repeat(SERIES_AT_MOST + 1), 'more than 10000 series'],
  ])('is none for what makes no sense: %.40s', (text, problem) => {
    expect(valueIn(text, gauge)).toEqual({ problem });
    expect(valueIn(text, counter)).toEqual({ problem });
  });

  it('is none for a counter below zero', () => {
    expect(valueIn('depth -1', counter)).toEqual({ problem: 'a counter is -1' });
    expect(valueIn('depth -1', gauge)).toEqual({ value: -1 });
  });
});
