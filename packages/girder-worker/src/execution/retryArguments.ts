import type { Parameters } from '../registry/registry.ts';
import type { CallArguments } from './taskExtension.ts';

/**
 * The arguments of a retry, as Celery's `Task.retry`: what it leaves out stays as in this run, except arguments of parameters
 * that it sets in the other way. Returns undefined if nothing changes.
 */
export function retryArguments(
  { positional }: Parameters,
  current: CallArguments,
  { args, kwargs }: { readonly [Name in keyof CallArguments]: CallArguments[Name] | undefined },
): CallArguments | undefined {
  const nameAt = (place: number) => positional[place]?.name;
  if (args && kwargs) return { args, kwargs };
  if (args) {
    const names = new Set(args.map((_, place) => nameAt(place)));
    const others = Object.entries(current.kwargs).filter(([name]) => !names.has(name));
    return { args, kwargs: Object.fromEntries(others) };
  }
  if (kwargs) {
    const placeOf = (name: string) => positional.findIndex((parameter) => parameter.name === name);
    const isByPlace = (name: string) => placeOf(name) >= 0 && placeOf(name) < current.args.length;
    return {
      args: current.args.map((value, place) => {
        const name = nameAt(place);
        return name !== undefined && Object.hasOwn(kwargs, name) ? kwargs[name] : value;
      }),
      kwargs: Object.fromEntries(Object.entries(kwargs).filter(([name]) => !isByPlace(name))),
    };
  }
  return undefined;
}
