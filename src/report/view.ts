import type { z } from 'zod';
import type { Page } from './page.ts';

/** The schema of a document. */
type AnySchema = z.ZodType<unknown, object>;

/** What a command has to say, for programs and for people: one for each kind of result. */
export interface View<Result, Schema extends AnySchema = AnySchema> {
  /** What programs get: schema/output.schema.json is made from it. Objects are strict, so that no member goes undescribed. */
  readonly schema: Schema;
  readonly data: (result: Result) => Data<Schema>;
  readonly page: (result: Result) => Page;
}

/** What a schema describes, as it is written: nothing of it is changed any more. */
export type Data<Schema extends AnySchema> = Frozen<z.input<Schema>>;

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** A view, with the types of its data held against its schema. */
export function defineView<Schema extends AnySchema>(
  schema: Schema,
): <Result>(makers: Omit<View<Result, Schema>, 'schema'>) => View<Result, Schema> {
  return (makers) => ({ schema, ...makers });
}
