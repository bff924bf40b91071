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

-- The functions are made anew, so that none of an earlier release is left beside them; a project's own stay.
do $$
declare
  earlier regprocedure;
begin
  for earlier in select oid::regprocedure from pg_proc where pronamespace = 'realtime'::regnamespace and proowner = current_user::regrole loop
    execute format('drop function %s', earlier);
  end loop;
end
$$;

-- The SQL of one filter condition. `subject` and `operand` are SQL expressions: the column's value, already of type
-- `kind`, and the text the subscriber compares it with.
create function realtime.condition_sql(
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
-- can be, '' when no table of the publication fits, else what is wrong with it. `exact` has for each condition what
-- realtime.exact_value says of it.
create function realtime.check_bindings(bindings jsonb)
returns table (problem text, exact text[]) language plpgsql set search_path = public, extensions as $$
declare
  binding jsonb;
  condition jsonb;
  entity regclass;
  column_name text;
  kind text;
begin
  for binding in select value from jsonb_array_elements(bindings) loop
    problem := '';
    exact := '{}';
    begin
      for entity in
        select format('%I.%I', schemaname, tablename)::regclass
        from pg_publication_tables
        where pubname = 'supabase_realtime'
          and binding ->> 'schema' in (schemaname, '*')
          and binding ->> 'table' in (tablename, '*')
      loop
        problem := null;
        exact := '{}';
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
          exact := exact || case when '*' not in (binding ->> 'schema', binding ->> 'table') then
            realtime.exact_value(entity, condition) end;
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

-- The text that a column has in the stream if a condition holds, and only then; null where text can't tell: values of most
-- types can be equal and look different.
create function realtime.exact_value(entity regclass, condition jsonb) returns text language plpgsql stable as $$
declare
  kind text := (
    select format_type(atttypid, null)
    from pg_attribute left join pg_collation on pg_collation.oid = attcollation
    where attrelid = entity and attname = condition ->> 0 and attgenerated = '' and collisdeterministic is not false);
  exact text;
begin
  if condition ->> 1 = 'eq' and not (condition ->> 3)::boolean and kind in ('uuid', 'text', 'smallint', 'integer', 'bigint') then
    execute format('select (%L::%s)::text', condition ->> 2, kind) into exact;
  end if;
  return exact;
end
$$;

-- The type of a column that `viewer` may read; null when there is no such column for them.
create function realtime.readable_type(viewer text, entity regclass, column_name text)
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

-- What routing needs to know of a relation: {"name", "guarded": by policies, "key": its primary key's columns or null,
-- "found": a condition that finds a row by the jsonb `key_`,
-- "generated": names and expressions of the columns that aren't streamed, as jsonb_build_object takes them, or null}.
create function realtime.describe_relation(relation oid) returns jsonb language plpgsql stable as $$
declare
  description jsonb;
begin
  select jsonb_build_object(
    'name', pg_class.oid::regclass,
    'guarded', relrowsecurity,
    'key', jsonb_agg(attname) filter (where attnum = any (indkey)),
    'found', string_agg(format('row_.%I = (key_ ->> %L)::%s', attname, attname, format_type(atttypid, null)), ' and ')
      filter (where attnum = any (indkey)),
    'generated', string_agg(format('%L, %s', attname, pg_get_expr(adbin, adrelid)), ', ') filter (where attgenerated <> ''))
  into strict description
  from pg_class
    join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    left join pg_index on indrelid = pg_class.oid and indisprimary
  where pg_class.oid = relation
  group by pg_class.oid, relrowsecurity;
  return description;
end
$$;

-- Which of the conditions hold for a row: their indexes as a jsonb array. All conditions that differ only in their
-- value (a hundred subscribers, each with its own ticket) are one query.
create function realtime.conditions_met(entity regclass, conditions jsonb, row_values jsonb)
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
create function realtime.read_change(item jsonb, relation jsonb, out row_values jsonb, out old_values jsonb)
language plpgsql as $$
declare
  sent jsonb := coalesce(item -> 'record', item -> 'old');
  missing text[];
  found_values jsonb;
begin
  execute format('select to_jsonb(jsonb_populate_record(null::%s, $1))', relation ->> 'name') into row_values using sent;
  row_values := (select jsonb_object_agg(key, value) from jsonb_each(row_values) where sent ? key);
  if item ->> 'action' = 'DELETE' then
    old_values := row_values;
    return;
  end if;
  if item ? 'old' then
    execute format('select to_jsonb(jsonb_populate_record(null::%s, $1))', relation ->> 'name') into old_values using item -> 'old';
    old_values := (select jsonb_object_agg(key, value) from jsonb_each(old_values) where item -> 'old' ? key);
  end if;
  -- Large values an UPDATE left alone aren't streamed: they are read from the row.
  missing := array(select jsonb_array_elements_text(item -> 'unchanged'));
  if missing <> '{}' and relation ->> 'found' is not null then
    execute format('select jsonb_object_agg(key, value)
        from %s row_, (select $1) asked_ (key_), jsonb_each(to_jsonb(row_)) where %s and key = any ($2)',
        relation ->> 'name', relation ->> 'found')
      into found_values using sent, missing;
    row_values := row_values || coalesce(found_values, '{}');
  end if;
  -- Neither are generated columns: they are worked out, because the row may have changed again since.
  if relation ->> 'generated' is not null and row_values ?& missing then
    execute format('select $1 || jsonb_build_object(%s) from jsonb_populate_record(null::%s, $1)',
        relation ->> 'generated', relation ->> 'name')
      into row_values using row_values;
  end if;
end
$$;

create function realtime.pick(source jsonb, names text[], short_only boolean) returns jsonb
language plpgsql immutable as $$
begin
  return (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(source)
    where key = any (names) and not (short_only and octet_length(value::text) > 64)
  );
end
$$;

-- The interests whose conditions hold, as [[interest, viewer, [column] | null]].
create function realtime.interested(interests jsonb, met jsonb) returns jsonb language plpgsql immutable as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_array(ordinality - 1, value -> 0, value -> 2)), '[]')
    from jsonb_array_elements(interests) with ordinality where value -> 1 <@ met
  );
end
$$;

-- What viewers with one role are shown of a change: one row for each choice of columns.
-- `asking`: [[interest, [column] | null, whether the policies let it see the row]].
create function realtime.show_change(
  item jsonb, relation jsonb, row_values jsonb, old_values jsonb, viewer_role text, asking jsonb
) returns table (interests int[], columns text, record text, old_record text, errors text[]) language plpgsql as $$
declare
  deleted boolean := item ->> 'action' = 'DELETE';
  key_names text[] := array(select jsonb_array_elements_text(nullif(relation -> 'key', 'null')));
  readable text[];
  described jsonb[];
  too_large boolean := octet_length(row_values::text) + coalesce(octet_length(old_values::text), 0) > 1024 * 1024;
  refusal text;
  wanted jsonb;
  shown text[];
begin
  select array_agg(attname::text order by attnum),
    array_agg(jsonb_build_object('name', attname, 'type', typname) order by attnum)
  into readable, described
  from pg_attribute join pg_type on pg_type.oid = atttypid
  where attrelid = (item ->> 'relation')::oid and attnum > 0 and not attisdropped
    and has_column_privilege(viewer_role, attrelid, attnum, 'SELECT');
  if not deleted then
    refusal := case when key_names = '{}' then 'Error 400: Bad Request, no primary key'
                    when readable is null or not key_names <@ readable then 'Error 401: Unauthorized' end;
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
      shown := array(select name from unnest(readable) name
                     where wanted = 'null' or wanted ? name or name = any (key_names));
      columns := to_jsonb(array(select value from unnest(described) value where value ->> 'name' = any (shown)));
      record := realtime.pick(row_values, shown, too_large);
      -- Nothing is left of a deleted row that a policy could judge, so only its key is told.
      old_record := realtime.pick(old_values,
        case when deleted and (relation -> 'guarded')::boolean then array(select unnest(shown) intersect select unnest(key_names)) else shown end,
        too_large);
      errors := case when too_large then array['Error 413: Payload Too Large'] end;
    end if;
    return next;
  end loop;
end
$$;

-- Decides for a batch of changes who sees which, in one round trip. What costs most, running the policies, is done
-- once a viewer and table for the whole batch.
--   changes:  [{"relation": oid, "action", "xid", "record": {column: text}, "old": {column: text}, "unchanged": [column],
--               "audience": {"conditions": [["column", "op", "value", negated]],
--                            "interests": [[viewer, [indexes of the conditions that must all hold], [column] | null]]}}]
--   roles, claims: of each viewer; a viewer is everybody with the same claims
-- Returns, per change and distinct outcome, the indexes of the interests it is for. `problem` is for the log.
create function realtime.route_changes(changes jsonb, roles text[], claims text[])
returns table (change int, interests int[], columns text, record text, old_record text, errors text[], problem text)
language plpgsql
set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'postgres' set jit = off
set plan_cache_mode = force_generic_plan
-- Policies call functions that may rely on it: the same path as requests of the REST API have.
set search_path = public, extensions as $$
declare
  item jsonb;
  audience jsonb;
  relation jsonb;
  statement text;
  new_row jsonb;
  old_row jsonb;
  viewer int;
  viewer_role text;
  keys jsonb;
  visible jsonb;
  asking jsonb;
  -- By oid.
  relations jsonb := '{}';
  -- Of each change:
  new_rows jsonb[];
  old_rows jsonb[];
  passing jsonb[];
  -- Changes that policies decide about: those of guarded tables whose row there is.
  guarded int[] := '{}';
  -- The roles that policies apply to.
  governed text[] := array(
    select rolname from pg_roles where rolname = any (roles) and not rolsuper and not rolbypassrls);
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
      audience := item -> 'audience';
      relation := relations -> (item ->> 'relation');
      if relation is null then
        relation := realtime.describe_relation((item ->> 'relation')::oid);
        relations := relations || jsonb_build_object(item ->> 'relation', relation);
      end if;
      select row_values, old_values into new_row, old_row from realtime.read_change(item, relation);
      new_rows[change] := new_row;
      old_rows[change] := old_row;
      passing[change] := realtime.interested(
        audience -> 'interests',
        case when audience -> 'conditions' = '[]' then '[]' else realtime.conditions_met(
          (item ->> 'relation')::oid::regclass, audience -> 'conditions',
          new_row || coalesce(item -> 'record', item -> 'old')) end);
      if (relation -> 'guarded')::boolean and item ? 'record' and relation ->> 'found' is not null then
        guarded := guarded || change;
      end if;
    exception when others then
      passing[change] := '[]';
      return query select change - 1, '{}'::int[], null, null, null, null::text[], sqlerrm;
    end;
  end loop;

  for viewer_role, viewer, relation, keys in
    with question as (
      select distinct roles[(value ->> 1)::int + 1] as role_, (value ->> 1)::int as viewer_, changes -> change_ - 1 as item_, change_
      from unnest(guarded) change_, jsonb_array_elements(passing[change_])),
    reader as (
      select role_, relation_ from (select distinct role_, item_ ->> 'relation' as relation_ from question) pair_
      where role_ = any (governed) and (
        select bool_and(has_column_privilege(role_, relation_::oid, name, 'SELECT'))
        from jsonb_array_elements_text(relations -> relation_ -> 'key') name))
    select role_, viewer_, relations -> relation_, jsonb_agg(jsonb_build_array(change_, item_ -> 'record'))
    from question join reader using (role_) where item_ ->> 'relation' = relation_
    group by 1, 2, relation_
  loop
    -- Prepared, because planning a policy costs far more than running it; by what it says, which an altered key changes.
    statement := 'realtime_rows_' || md5(relation::text);
    begin
      perform set_config('role', viewer_role, true), set_config('request.jwt.claims', claims[viewer + 1], true);
      begin
        execute format('execute %I (%L)', statement, keys) into visible;
      exception when invalid_sql_statement_name then
        execute format(
          'prepare %I (jsonb) as select jsonb_agg(value -> 0) from jsonb_array_elements($1), lateral (select value -> 1) asked_ (key_)
           where (select true from %s row_ where %s)',
          statement, relation ->> 'name', relation ->> 'found');
        execute format('execute %I (%L)', statement, keys) into visible;
      end;
      seen[viewer + 1] := coalesce(seen[viewer + 1], '[]') || coalesce(visible, '[]');
    exception when others then
      -- One viewer's broken policy or claims must not keep changes from the others.
      return query select null::int, '{}'::int[], null, null, null, null::text[], format('%s: %s', relation ->> 'name', sqlerrm);
    end;
  end loop;
  perform set_config('role', 'none', true), set_config('request.jwt.claims', '', true);

  for change, item in select ordinality, value from jsonb_array_elements(changes) with ordinality loop
    for viewer_role, asking in
      select roles[(value ->> 1)::int + 1], jsonb_agg(jsonb_build_array(value -> 0, value -> 2,
          change <> all (guarded) or roles[(value ->> 1)::int + 1] <> all (governed)
          or coalesce(seen[(value ->> 1)::int + 1] @> to_jsonb(change), false)))
      from jsonb_array_elements(passing[change]) group by 1
    loop
      return query
        select change - 1, shown.*, null
        from realtime.show_change(
          item, relations -> (item ->> 'relation'), new_rows[change], old_rows[change], viewer_role, asking) shown;
    end loop;
  end loop;
end
$$;

revoke execute on function
  realtime.condition_sql, realtime.check_bindings, realtime.exact_value, realtime.readable_type, realtime.describe_relation,
  realtime.conditions_met, realtime.read_change, realtime.pick,
  realtime.interested, realtime.show_change, realtime.route_changes
from public;
