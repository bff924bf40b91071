/**
 * The shape another language's dictionary must have to match one: the same keys, nested alike. English has no
 * words for the plural forms `_few` and `_many`, so they are left out.
 */
export type Translation<Words> = {
  [
    Key in keyof Words as Key extends `${string}_few` | `${string}_many` ? never : Key
  ]: Words[Key] extends string ? string : Translation<Words[Key]>;
};
