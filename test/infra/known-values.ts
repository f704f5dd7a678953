import { z } from 'zod';

/** What a template says, as far as it is looked at here. */
export type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
>;

/** What CloudFormation knows once it has made a resource: what a reference to it gives, and its attributes. */
export type Made = { readonly ref: string; readonly attributes?: Readonly<Record<string, string>> };

const written = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
]);

/**
 * Writes a value of a template as CloudFormation would: every reference replaced by what `made` says of the resource.
 *
 * Errors: a plain error for a reference that nothing is known of, so that no test goes on with half a value.
 */
export function resolveValue(value: unknown, made: (id: string) => Made): unknown {
  const reference = written.safeParse(value);
  if (reference.success) return resolveReference(reference.data, made);
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, made));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolveValue(each, made)]));
}

function resolveReference(reference: z.output<typeof written>, made: (id: string) => Made): string {
  if ('Ref' in reference) return made(reference.Ref).ref;
  if ('Fn::Join' in reference) {
    const [separator, parts] = reference['Fn::Join'];
    return parts.map((part) => z.string().parse(resolveValue(part, made))).join(separator);
  }
  const [id, attribute] = reference['Fn::GetAtt'];
  const value = made(id).attributes?.[attribute];
  if (value === undefined) throw new Error(`nothing is known of ${id}.${attribute}`);
  return value;
}
