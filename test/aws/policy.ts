import type { IamCall } from './authorization.ts';

/** A statement of a policy in which everything is known. Every one of ours allows; what is not allowed is denied. */
export type Allowance = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** By operator, then by condition key: the values of which one is enough. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

/**
 * What a role may not do of a call: each of its resources that no statement allows the action on. None means that it is allowed
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export function deniedOf(
  allowances: readonly Allowance[],
  { action, resources, context }: IamCall,
): readonly string[] {
  return resources.filter(
    (resource) =>
      !allowances.some(
        (allowance) =>
          allowance.actions.some((pattern) => isLike(pattern, action)) &&
          allowance.resources.some((pattern) => isLike(pattern, resource)) &&
          holds(allowance.conditions, context),
      ),
  );
}

/** An action that is allowed and that no call has used, on resources of which none was used with it. */
export type Unused = { readonly action: string; readonly resources: readonly string[] };

/** What a role is allowed to and never did: each action of each statement with those of its resources that no call has used it on. */
export function unusedOf(allowances: readonly Allowance[], calls: readonly IamCall[]): readonly Unused[] {
  return allowances.flatMap(({ actions, resources, conditions }) =>
    actions.flatMap((action) => {
      const used = calls.filter((call) => isLike(action, call.action) && holds(conditions, call.context));
      const unused = resources.filter(
        (pattern) => !used.some((call) => call.resources.some((resource) => isLike(pattern, resource))),
      );
      return unused.length === 0 ? [] : [{ action, resources: unused }];
    }),
  );
}

function holds(conditions: Allowance['conditions'], context: IamCall['context']): boolean {
  return Object.entries(conditions).every(([operator, keys]) => {
    if (operator !== 'StringEquals') throw new Error(`the condition operator ${operator} is not known here`);
    return Object.entries(keys).every(([key, values]) => values.includes(context[key] ?? ''));
  });
}

/** `*` stands for any characters, `?` for one; the service and the action of a name have no case. */
function isLike(pattern: string, value: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const expression = `^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`;
  return new RegExp(expression, pattern.startsWith('arn:') ? 's' : 'si').test(value);
}
