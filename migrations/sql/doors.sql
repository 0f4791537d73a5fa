-- Functions that look across firms: the four doors in the wall between them. Each runs with the
-- rights of the tables' owner, answers one exact question, and gives back no more than is needed to
-- enter one firm.

CREATE FUNCTION list_firm_ids() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT id FROM firms ORDER BY created_at, id $$;

CREATE FUNCTION find_login(wanted text)
    RETURNS TABLE (user_id uuid, firm_id uuid, password_hash text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT id, users.firm_id, users.password_hash FROM users WHERE lower(email) = lower(wanted) $$;

CREATE FUNCTION find_login_session(wanted bytea)
    RETURNS TABLE (session_id uuid, user_id uuid, firm_id uuid, name text, email text, role text,
                   firm_name text, firm_time_zone text, expires_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT s.id, u.id, u.firm_id, u.name, u.email, u.role,
               f.name, f.time_zone, s.expires_at
        FROM login_sessions s
        JOIN users u ON u.id = s.user_id
        JOIN firms f ON f.id = u.firm_id
        WHERE s.token_hash = wanted
    $$;

CREATE FUNCTION find_link_token(wanted bytea)
    RETURNS TABLE (id uuid, firm_id uuid, kind text, subject_id uuid, note text,
                   expires_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT t.id, t.firm_id, t.kind, t.subject_id, t.note, t.expires_at
        FROM link_tokens t WHERE t.token_hash = wanted
    $$;

REVOKE ALL ON FUNCTION list_firm_ids(), find_login(text), find_login_session(bytea),
    find_link_token(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_firm_ids(), find_login(text), find_login_session(bytea),
    find_link_token(bytea) TO invoice_tracker_app;
