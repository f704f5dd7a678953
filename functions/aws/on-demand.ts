type Port<Loaded> = { readonly [Method in keyof Loaded]: (...given: never[]) => Promise<unknown> };
type Methods<Loaded extends Port<Loaded>> = readonly (keyof Loaded & string)[];

/**
 * Something whose methods all give promises, loaded when the first of them is called: a function starts with what every stage needs,
 * and reads the clients of a service from disk only for a pipeline that uses the service.
 */
export function onDemand<Loaded extends Port<Loaded>>(
  methods: Methods<Loaded>,
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
  const port: object = Object.fromEntries(methods.map((method) => [method, call(method)]));
  return port as Loaded;
}
