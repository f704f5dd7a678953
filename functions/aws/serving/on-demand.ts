type Port<Loaded> = { readonly [Method in keyof Loaded]: (...given: never[]) => Promise<unknown> };
/** The name of every method: where one is missing it does not compile. */
type Methods<Loaded> = { readonly [Method in keyof Loaded]-?: true };

/**
 * Something whose methods all give promises, loaded when the first of them is called: a function starts with what every stage needs,
 * and reads the clients of a service from disk only for a pipeline that uses the service.
 */
export function onDemand<Loaded extends Port<Loaded>>(
  methods: Methods<NoInfer<Loaded>>,
  load: () => Promise<Loaded>,
): Loaded {
  let loading: Promise<Loaded> | undefined;
  const call =
    (method: keyof Loaded) =>
    async (...given: never[]): Promise<unknown> => {
      loading ??= load();
      const loaded: Port<Loaded> = await loading;
      return loaded[method](...given);
    };
  const names = Object.keys(methods) as (keyof Loaded & string)[];
  const port: object = Object.fromEntries(names.map((name) => [name, call(name)]));
  return port as Loaded;
}
