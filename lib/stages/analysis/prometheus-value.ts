import type { PrometheusBound } from '../../pipeline/kinds/prometheus-criteria.ts';
import { readPrometheusText, type Sample } from './prometheus-text.ts';

/** What makes a metric that one, without its bounds. */
export type PrometheusMetric = PrometheusBound['prometheus'];

/** What a text says of a metric: its value, `null` where it has no such series; or why it says nothing. */
export type ReadValue = { readonly value: number | null } | { readonly problem: string };

/** No quantity of a service is larger, and sums of such stay finite; CloudWatch knows the same limit. */
const LARGEST = 2 ** 360;

/**
 * The value of a metric: of the one series that is meant, or for a counter the sum of them. What makes no sense, such as NaN, 1e308, the
 * same series twice, or a value with a time of its own, is no value. Pure.
 */
export function valueIn(text: string, metric: PrometheusMetric): ReadValue {
  const read = readPrometheusText(text);
  if ('problem' in read) return read;
  const meant = read.samples.filter((sample) => isMeant(sample, metric));
  if (meant.length === 0) return { value: null };
  const odd = meant.find(({ value }) => !Number.isFinite(value) || Math.abs(value) > LARGEST);
  if (odd !== undefined) return { problem: `a value makes no sense: ${odd.value}` };
  if (meant.some(({ isDated }) => isDated))
    return { problem: 'a value has a time of its own, so it may be an old one' };
  if (new Set(meant.map(seriesOf)).size < meant.length) return { problem: 'a series is there twice' };
  if (metric.type === 'gauge' && meant.length > 1)
    return { problem: `${meant.length} series have these labels, expected one` };
  const value = meant.reduce((sum, sample) => sum + sample.value, 0);
  return metric.type === 'counter' && value < 0 ? { problem: `a counter is ${value}` } : { value };
}

function isMeant({ name, labels }: Sample, metric: PrometheusMetric): boolean {
  return (
    name === metric.name &&
    Object.entries(metric.labels).every(([label, value]) => labels.get(label) === value)
  );
}

function seriesOf({ labels }: Sample): string {
  return JSON.stringify([...labels].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
