-- What realtime needs in every database: the publications it streams and the functions that decide who may see a
-- change. Run by the superuser at every start; re-running changes nothing. The functions are plpgsql throughout: it
-- keeps its plans from call to call, where functions in plain SQL are planned again each time.

-- Two desks starting on one database at once would otherwise collide in "create or replace".
select pg_advisory_xact_lock(hashtext('realtime setup'));

create schema if not exists realtime;

do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  -- A session's end arrives in the same ordered stream as the changes it may no longer see.
  if not exists (select from pg_publication where pubname = 'realtime_sessions') then
    create publication realtime_sessions for table auth.sessions with (publish = 'delete');
  end if;
end
$$;

-- The SQL of one filter condition. `subject` and `operand` are SQL expressions: the column's value, already of type
-- `kind`, and the text the subscriber compares it with.
create or replace function realtime.condition_sql(
  op text, negated boolean, subject text, kind text, operand text
) returns text language plpgsql immutable as $$
declare
  symbols constant jsonb := '{"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=",
                              "like": "like", "ilike": "ilike", "match": "~", "imatch": "~*"}';
  predicate text;
begin
  predicate := case op
    when 'in' then format('%s = any ((%s)::%s[])', subject, operand, kind)
    when 'isdistinct' then format('%s is distinct from (%s)::%s', subject, operand, kind)
    when 'is' then format(
      'case when (%2$s) in (''null'', ''unknown'') then %1$s is null else %1$s::text = (%2$s) end', subject, operand)
    else format('%s %s (%s)::%s', subject, symbols ->> op, operand, kind)
  end;
  return case when negated then format('not (%s)', predicate) else predicate end;
end
$$;

-- Whether each binding of a channel can be served. `bindings`: [{"role", "schema", "table", "columns": ["…"] | null,
-- "conditions": [["column", "op", "value", negated]]}]. Returns one row a binding, in order; `problem` is null when it
-- can be, '' when no table of the publication fits, else what is wrong with it.
create or replace function realtime.check_bindings(bindings jsonb)
returns table (problem text) language plpgsql set search_path = public, extensions as $$
declare
  binding jsonb;
  condition jsonb;
  entity regclass;
  column_name text;
  kind text;
begin
  for binding in select value from jsonb_array_elements(bindings) loop
    problem := '';
    begin
      for entity in
        select format('%I.%I', schemaname, tablename)::regclass
        from pg_publication_tables
        where pubname = 'supabase_realtime'
          and binding ->> 'schema' in (schemaname, '*')
          and binding ->> 'table' in (tablename, '*')
      loop
        problem := null;
        for condition in select value from jsonb_array_elements(binding -> 'conditions') loop
          column_name := condition ->> 0;
          kind := realtime.readable_type(binding ->> 'role', entity, column_name);
          if kind is null then
            raise exception 'invalid column for filter %', column_name;
          end if;
          if condition ->> 1 = 'is' then
            if condition ->> 2 not in ('null', 'true', 'false', 'unknown') then
              raise exception 'invalid value for is filter: must be null, true, false, or unknown';
            elsif condition ->> 2 <> 'null' and kind <> 'boolean' then
              raise exception 'is % filter requires a boolean column, got %', condition ->> 2, kind;
            end if;
          elsif condition ->> 1 = 'in' and condition ->> 2 ~ '^[^"]*$'
            and array_length(string_to_array(condition ->> 2, ','), 1) > 100 then
            raise exception 'too many values for `in` filter. Maximum 100';
          elsif condition ->> 1 in ('match', 'imatch') then
            perform '' ~ (condition ->> 2);
          end if;
          execute 'select ' || realtime.condition_sql(
            condition ->> 1, (condition ->> 3)::boolean, format('null::%s', kind), kind, quote_literal(condition ->> 2));
        end loop;
        if binding ->> 'columns' is not null then
          for column_name in select value from jsonb_array_elements_text(binding -> 'columns') loop
            if realtime.readable_type(binding ->> 'role', entity, column_name) is null then
              raise exception 'invalid column for select %', column_name;
            end if;
          end loop;
        end if;
      end loop;
    exception when others then
      problem := format('ERROR %s %s', sqlstate, sqlerrm);
    end;
    return next;
  end loop;
end
$$;

-- The type of a column that `viewer` may read; null when there is no such column for them.
create or replace function realtime.readable_type(viewer text, entity regclass, column_name text)
returns text language plpgsql stable as $$
begin
  return (
    select format_type(atttypid, null)
    from pg_attribute
    where attrelid = entity and attname = column_name and attnum > 0 and not attisdropped
      and has_column_privilege(viewer, attrelid, attnum, 'SELECT')
  );
end
$$;

create or replace function realtime.primary_key(entity regclass) returns text[] language plpgsql stable as $$
begin
  return (
    select array_agg(attname::text)
    from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indrelid = entity and indisprimary
  );
end
$$;

-- A condition that finds a row by its primary key, taken from the jsonb expression `source`.
create or replace function realtime.key_sql(entity regclass, source text) returns text language plpgsql stable as $$
begin
  return (
    select string_agg(format('row_.%I = (%s ->> %L)::%s', attname, source, attname, format_type(atttypid, null)), ' and ')
    from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indrelid = entity and indisprimary
  );
end
$$;

-- Which of the conditions hold for a row: their indexes as a jsonb array. All conditions that differ only in their
-- value (a hundred subscribers, each with its own ticket) are one query.
create or replace function realtime.conditions_met(entity regclass, conditions jsonb, row_values jsonb)
returns jsonb language plpgsql stable as $$
declare
  column_name text;
  op text;
  negated boolean;
  operands text[];
  positions int[];
  kind text;
  met int[];
  all_met int[] := '{}';
begin
  for column_name, op, negated, operands, positions in
    select value ->> 0, value ->> 1, (value ->> 3)::boolean,
           array_agg(value ->> 2), array_agg(ordinality::int - 1)
    from jsonb_array_elements(conditions) with ordinality
    where row_values ? (value ->> 0)
    group by 1, 2, 3
  loop
    begin
      select format_type(atttypid, null) into strict kind
      from pg_attribute where attrelid = entity and attname = column_name and not attisdropped;
      execute format(
        'select array_agg(position_) from unnest($1, $2) as operand_ (text_, position_),
         (select ($3 ->> %L)::%s as value_) subject_ where %s',
        column_name, kind, realtime.condition_sql(op, negated, 'value_', kind, 'text_'))
      into met using operands, positions, row_values;
      all_met := all_met || coalesce(met, '{}');
    exception when others then
      -- The column changed its type since these subscribed: what can't be compared doesn't match.
      raise warning 'realtime: filter on %.% can''t be evaluated: %', entity, column_name, sqlerrm;
    end;
  end loop;
  return to_jsonb(all_met);
end
$$;

-- The values of a change as JSON, made by PostgreSQL itself from the streamed text: they look as they do in an answer
-- of the REST API. `row_values` are of the new row or, for DELETE, what is known of the old one.
create or replace function realtime.read_change(item jsonb, out row_values jsonb, out old_values jsonb)
language plpgsql as $$
declare
  entity regclass := (item ->> 'relation')::oid::regclass;
  sent jsonb := coalesce(item -> 'record', item -> 'old');
  missing text[];
begin
  execute format('select to_jsonb(jsonb_populate_record(null::%s, $1)), to_jsonb(jsonb_populate_record(null::%1$s, $2))',
    entity) into row_values, old_values using sent, item -> 'old';
  select jsonb_object_agg(key, value) into row_values from jsonb_each(row_values) where sent ? key;
  select jsonb_object_agg(key, value) into old_values from jsonb_each(old_values) where item -> 'old' ? key;

  -- Large values an UPDATE left alone and generated columns aren't streamed: they are read from the row.
  if item ? 'record' then
    missing := array(
      select attname::text from pg_attribute
      where attrelid = entity and attnum > 0 and not attisdropped
        and (attgenerated <> '' or item -> 'unchanged' ? attname::text));
    if missing <> '{}' then
      execute format('select $1 || coalesce((select jsonb_object_agg(key, value)
          from %s row_, jsonb_each(to_jsonb(row_)) where %s and key = any ($3)), ''{}'')',
        entity, coalesce(realtime.key_sql(entity, '$2'), 'false')) into row_values using row_values, sent, missing;
    end if;
  end if;
end
$$;

create or replace function realtime.pick(source jsonb, names text[], short_only boolean) returns jsonb
language plpgsql immutable as $$
begin
  return (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(source)
    where key = any (names) and not (short_only and octet_length(value::text) > 64)
  );
end
$$;

-- The interests whose conditions hold, as [[interest, viewer, [column] | null]].
create or replace function realtime.interested(interests jsonb, met jsonb) returns jsonb language plpgsql immutable as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_array(ordinality - 1, value -> 0, value -> 2)), '[]')
    from jsonb_array_elements(interests) with ordinality where value -> 1 <@ met
  );
end
$$;

-- What viewers with one role are shown of a change: one row for each choice of columns.
-- `asking`: [[interest, [column] | null, whether the policies let it see the row]].
create or replace function realtime.show_change(
  item jsonb, row_values jsonb, old_values jsonb, guarded boolean, viewer_role text, asking jsonb
) returns table (interests int[], columns text, record text, old_record text, errors text[]) language plpgsql as $$
declare
  entity regclass := (item ->> 'relation')::oid::regclass;
  deleted boolean := item ->> 'action' = 'DELETE';
  key_names text[] := realtime.primary_key(entity);
  selectable text[] := array(
    select attname::text from pg_attribute
    where attrelid = entity and attnum > 0 and not attisdropped
      and has_column_privilege(viewer_role, attrelid, attnum, 'SELECT'));
  too_large boolean := octet_length(row_values::text) + coalesce(octet_length(old_values::text), 0) > 1024 * 1024;
  refusal text;
  wanted jsonb;
  shown text[];
begin
  if not deleted then
    refusal := case when key_names is null then 'Error 400: Bad Request, no primary key'
                    when not key_names <@ selectable then 'Error 401: Unauthorized' end;
  end if;
  for wanted, interests in
    select value -> 1, array_agg((value ->> 0)::int) from jsonb_array_elements(asking)
    where refusal is not null or (value ->> 2)::boolean group by 1
  loop
    if refusal is not null then
      columns := '[]';
      record := '{}';
      old_record := '{}';
      errors := array[refusal];
    else
      shown := array(select name from unnest(selectable) name
                     where wanted = 'null' or wanted ? name or name = any (key_names));
      columns := (
        select coalesce(jsonb_agg(jsonb_build_object('name', attname, 'type', typname) order by attnum), '[]')
        from pg_attribute join pg_type on pg_type.oid = atttypid
        where attrelid = entity and attname = any (shown));
      record := realtime.pick(row_values, shown, too_large);
      -- Nothing is left of a deleted row that a policy could judge, so only its key is told.
      old_record := realtime.pick(old_values,
        case when guarded and deleted then array(select unnest(shown) intersect select unnest(key_names)) else shown end,
        too_large);
      errors := case when too_large then array['Error 413: Payload Too Large'] end;
    end if;
    return next;
  end loop;
end
$$;

-- Decides for a batch of changes who sees which, in one round trip. What costs most, running the policies, is done
-- once a viewer and table for the whole batch.
--   changes:   [{"relation": oid, "action", "xid", "audience": index into audiences,
--                "record": {column: text}, "old": {column: text}, "unchanged": [column]}]
--   audiences: [{"conditions": [["column", "op", "value", negated]],
--                "interests": [[viewer, [indexes of the conditions that must all hold], [column] | null]]}]
--   roles, claims: of each viewer; a viewer is everybody with the same claims
-- Returns, per change and distinct outcome, the indexes of the interests it is for. `problem` is for the log.
create or replace function realtime.route_changes(changes jsonb, audiences jsonb, roles text[], claims text[])
returns table (change int, interests int[], columns text, record text, old_record text, errors text[], problem text)
language plpgsql
set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'postgres' set jit = off
set plan_cache_mode = force_generic_plan
-- Policies call functions that may rely on it: the same path as requests of the REST API have.
set search_path = public, extensions as $$
declare
  item jsonb;
  audience jsonb;
  entity regclass;
  statement text;
  guarded boolean;
  new_row jsonb;
  old_row jsonb;
  viewer int;
  viewer_role text;
  keys jsonb;
  visible jsonb;
  asking jsonb;
  -- Of each change:
  new_rows jsonb[];
  old_rows jsonb[];
  passing jsonb[];
  guards boolean[];
  -- Changes of guarded tables that somebody must be asked about: (relation, change, key).
  asked_entities oid[];
  asked_changes int[];
  asked_keys jsonb[];
  -- Of each viewer: the changes its policies let it see.
  seen jsonb[];
begin
  -- A commit is streamed once its WAL is flushed, which can be a moment before other transactions see it.
  while exists (
    select from pg_locks
    where locktype = 'transactionid' and granted
      and transactionid in (select (value ->> 'xid')::xid from jsonb_array_elements(changes))
  ) loop
    perform pg_sleep(0.0005);
  end loop;

  for change, item in select ordinality, value from jsonb_array_elements(changes) with ordinality loop
    begin
      audience := audiences -> (item ->> 'audience')::int;
      select oid::regclass, relrowsecurity into strict entity, guarded
      from pg_class where oid = (item ->> 'relation')::oid;
      select row_values, old_values into new_row, old_row from realtime.read_change(item);
      new_rows[change] := new_row;
      old_rows[change] := old_row;
      passing[change] := realtime.interested(
        audience -> 'interests',
        realtime.conditions_met(
          entity, audience -> 'conditions', new_row || coalesce(item -> 'record', item -> 'old')));
      guards[change] := guarded;
      if guarded and item ? 'record' and realtime.primary_key(entity) is not null then
        asked_entities := asked_entities || entity::oid;
        asked_changes := asked_changes || change;
        asked_keys := asked_keys || (
          select jsonb_object_agg(name, item -> 'record' -> name) from unnest(realtime.primary_key(entity)) name);
      end if;
    exception when others then
      passing[change] := '[]';
      return query select change - 1, '{}'::int[], null, null, null, null::text[], sqlerrm;
    end;
  end loop;

  -- Prepared, because planning a policy costs far more than running it.
  for statement in select name from pg_prepared_statements where name like 'realtime\_rows\_%' loop
    execute format('deallocate %I', statement);
  end loop;
  for entity in select distinct unnest(asked_entities)::regclass loop
    execute format(
      'prepare %I (jsonb) as select jsonb_agg(value -> 0) from jsonb_array_elements($1)
       where (select true from %s row_ where %s)',
      'realtime_rows_' || entity::oid, entity, realtime.key_sql(entity, 'value -> 1'));
  end loop;

  for viewer_role, viewer, entity, keys in
    with asked as (select * from unnest(asked_entities, asked_changes, asked_keys) asked_ (entity_, change_, key_)),
    question as (
      select distinct roles[(value ->> 1)::int + 1] as role_, (value ->> 1)::int as viewer_, entity_, change_, key_
      from asked, jsonb_array_elements(passing[change_])),
    reader as (
      select role_, entity_ from (select distinct role_, entity_ from question)
      where (select bool_and(has_column_privilege(role_, entity_, name, 'SELECT'))
             from unnest(realtime.primary_key(entity_)) name))
    select role_, viewer_, entity_, jsonb_agg(jsonb_build_array(change_, key_))
    from question join reader using (role_, entity_)
    group by 1, 2, 3
  loop
    begin
      perform set_config('role', viewer_role, true), set_config('request.jwt.claims', claims[viewer + 1], true);
      execute format('execute %I (%L)', 'realtime_rows_' || entity::oid, keys) into visible;
      perform set_config('role', 'none', true), set_config('request.jwt.claims', '', true);
      seen[viewer + 1] := coalesce(seen[viewer + 1], '[]') || coalesce(visible, '[]');
    exception when others then
      -- One viewer's broken policy or claims must not keep changes from the others.
      return query select null::int, '{}'::int[], null, null, null, null::text[], format('%s: %s', entity, sqlerrm);
    end;
  end loop;

  for change, item in select ordinality, value from jsonb_array_elements(changes) with ordinality loop
    for viewer_role, asking in
      select roles[(value ->> 1)::int + 1], jsonb_agg(jsonb_build_array(value -> 0, value -> 2,
          not guards[change] or not item ? 'record' or coalesce(seen[(value ->> 1)::int + 1] @> to_jsonb(change), false)))
      from jsonb_array_elements(passing[change]) group by 1
    loop
      return query
        select change - 1, shown.*, null
        from realtime.show_change(item, new_rows[change], old_rows[change], guards[change], viewer_role, asking) shown;
    end loop;
  end loop;
end
$$;

revoke execute on function
  realtime.condition_sql, realtime.check_bindings, realtime.readable_type, realtime.primary_key, realtime.key_sql,
  realtime.conditions_met, realtime.read_change, realtime.pick,
  realtime.interested, realtime.show_change, realtime.route_changes
from public;
