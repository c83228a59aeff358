import type { Completion } from '@codemirror/autocomplete'
import { PostgreSQL, sql, type SQLNamespace } from '@codemirror/lang-sql'
import type { Extension } from '@codemirror/state'
import type { Catalog } from '../api/types.generated.ts'

type Relation = Catalog['relations'][number]

/** SQL as PostgreSQL has it, with the names of a catalogue to complete. */
export function sqlLanguage(catalog: Catalog | undefined): Extension {
  const [defaultSchema] = catalog?.search_path ?? []
  return sql({
    dialect: PostgreSQL,
    upperCaseKeywords: false,
    ...(catalog === undefined ? {} : { schema: namespace(catalog.relations) }),
    ...(defaultSchema === undefined ? {} : { defaultSchema }),
  })
}

function namespace(relations: readonly Relation[]): SQLNamespace {
  const schemas: Record<string, Record<string, SQLNamespace>> = {}
  for (const relation of relations) {
    const members = (schemas[relation.schema] ??= {})
    members[relation.name] = { self: relationCompletion(relation), children: relation.columns.map(columnCompletion) }
  }
  return schemas
}

function relationCompletion({ name, kind, comment }: Relation): Completion {
  return { label: name, type: 'class', detail: kind, ...(comment === null ? {} : { info: comment }) }
}

function columnCompletion({ name, type, comment }: Relation['columns'][number]): Completion {
  return { label: name, type: 'property', detail: type, ...(comment === null ? {} : { info: comment }) }
}
