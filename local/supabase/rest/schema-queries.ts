/** Tables, views and the like of the schemas in $1, with their columns in order and their primary key. */
export const tablesQuery = `
select n.nspname as schema,
       c.relname as name,
       c.relkind in ('v', 'm') as "isView",
       coalesce(columns.list, '[]') as columns,
       coalesce(keys.names, '{}') as "primaryKey"
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join lateral (
  select json_agg(json_build_object(
    'name', a.attname,
    'type', format_type(a.atttypid, a.atttypmod),
    'baseType', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null),
    'default', case
      when a.attidentity = 'd' then format('nextval(%L)', pg_get_serial_sequence(c.oid::regclass::text, a.attname))
      when a.attgenerated = 's' then null
      when t.typbasetype <> 0 and d.adbin is null then pg_get_expr(t.typdefaultbin, 0)
      else pg_get_expr(d.adbin, d.adrelid)
    end
  ) order by a.attnum) as list
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
) columns on true
left join lateral (
  select array_agg(a.attname::text order by k.position) as names
  from pg_constraint p
  cross join lateral unnest(p.conkey) with ordinality as k (attnum, position)
  join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
  where p.conrelid = c.oid and p.contype = 'p'
) keys on true
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname = any ($1)
order by 1, 2`;

/** Foreign keys between tables of the schemas in $1, and whether each row refers to a row of its own. */
export const foreignKeysQuery = `
select fn.nspname as "fromSchema",
       f.relname as "fromTable",
       tn.nspname as "toSchema",
       t.relname as "toTable",
       k.conname as "constraint",
       columns.pairs as columns,
       exists (
         select from pg_constraint u
         where u.conrelid = k.conrelid and u.contype in ('p', 'u')
           and u.conkey @> k.conkey and u.conkey <@ k.conkey
       ) as unique
from pg_constraint k
join pg_class f on f.oid = k.conrelid
join pg_namespace fn on fn.oid = f.relnamespace
join pg_class t on t.oid = k.confrelid
join pg_namespace tn on tn.oid = t.relnamespace
cross join lateral (
  select json_agg(json_build_array(a.attname, b.attname) order by p.position) as pairs
  from unnest(k.conkey, k.confkey) with ordinality as p (own, other, position)
  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.own
  join pg_attribute b on b.attrelid = k.confrelid and b.attnum = p.other
) columns
where k.contype = 'f' and k.conparentid = 0 and fn.nspname = any ($1) and tn.nspname = any ($1)
order by k.conrelid, k.conname`;

/** Functions of the schemas in $1 that can be called by name, with their input parameters in order. */
export const routinesQuery = `
select n.nspname as schema,
       p.proname as name,
       coalesce(parameters.list, '[]') as parameters,
       coalesce(relation_schema.nspname, rn.nspname) as "returnSchema",
       coalesce(relation.relname, base.typname) as "returnName",
       p.proretset as "returnsSet",
       base.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) as "returnsComposite",
       p.provolatile as volatility,
       coalesce((
         select json_agg(json_build_array(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1)))
         from unnest(p.proconfig) s
         where s like 'statement_timeout=%'
       ), '[]') as settings
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_type r on r.oid = p.prorettype
join pg_type base on base.oid = coalesce(nullif(r.typbasetype, 0), r.oid)
join pg_namespace rn on rn.oid = base.typnamespace
left join pg_class relation on relation.oid = base.typrelid
left join pg_namespace relation_schema on relation_schema.oid = relation.relnamespace
left join lateral (
  select json_agg(json_build_object(
           'name', coalesce(a.name, ''),
           'type', case a.type
             when 'bit'::regtype then 'bit varying'
             when 'bit[]'::regtype then 'bit varying[]'
             when 'character'::regtype then 'character varying'
             when 'character[]'::regtype then 'character varying[]'
             else a.type::regtype::text
           end,
           'required', a.position <= p.pronargs - p.pronargdefaults,
           'variadic', coalesce(a.mode = 'v', false)
         ) order by a.position) as list,
         count(*) - count(a.name) as unnamed,
         (array_agg(a.type))[1] in
           ('bytea'::regtype, 'json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'xml'::regtype) as takes_body
  from (
    select nullif(i.name, '') as name, i.type, i.mode, i.position
    from unnest(p.proargnames, p.proargtypes::oid[], p.proargmodes)
      with ordinality as i (name, type, mode, position)
    where i.type is not null
  ) a
) parameters on true
where p.prokind = 'f'
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and n.nspname = any ($1)
  and case parameters.unnamed when 0 then true when 1 then parameters.takes_body else false end
order by 1, 2, p.oid`;
