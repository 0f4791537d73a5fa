-- One row for each invoice, with what only several tables together can say: what is still owed,
-- which section of the Invoices page it stands in, and why nothing is sent for now.
-- The rows are those of the firm that the transaction has entered (security_invoker).

CREATE VIEW invoice_overview WITH (security_invoker = true) AS
SELECT
    i.*,
    client.name AS client_name,
    coalesce(client.email_override, client.email) AS recipient,
    matter.display_number AS matter_display_number,
    owed.effective_balance_minor,
    paid.local_paid_minor,
    paid.payment_state,
    paid.record_state,
    collection.id AS collection_id,
    collection.state AS collection_state,
    collection.version_id AS collection_version_id,
    collection.end_reason AS collection_end_reason,
    -- A pause of many invoices, or Clio away, is known here before the worker has dated them anew.
    CASE
        WHEN collection.state = 'active'
            AND (held.kind IS NULL OR held.until IS NOT NULL OR held.reach IS NOT DISTINCT FROM 'invoice')
            AND held.kind IS DISTINCT FROM 'clio_disconnected'
        THEN collection.next_action_at
    END AS next_action_at,
    (
        SELECT s.name
        FROM reminder_set_versions v JOIN reminder_sets s ON s.id = v.reminder_set_id
        WHERE v.id = collection.version_id
    ) AS reminder_set_name,
    (
        SELECT max(r.ended_at)
        FROM reminders r
        WHERE r.firm_id = i.firm_id AND r.collection_id = collection.id
          AND r.state IN ('sent', 'called')
    ) AS last_reminder_at,
    held.kind AS hold_kind,
    held.reason AS hold_reason,
    held.until AS hold_until,
    held.reach AS hold_reach,
    CASE
        WHEN i.clio_state NOT IN ('awaiting_payment', 'paid') THEN NULL
        WHEN owed.is_paid THEN 'paid'
        WHEN collection.state = 'active' AND held.kind IS NOT NULL THEN 'on_hold'
        WHEN collection.state = 'active' THEN 'active_reminders'
        WHEN collection.state = 'completed' THEN 'completed'
        ELSE 'no_reminders'
    END AS section
FROM invoices i
LEFT JOIN clients client ON client.id = i.client_id
LEFT JOIN matters matter ON matter.id = i.matter_id
CROSS JOIN LATERAL (
    SELECT
        -- Money that Clio does not show yet. A disputed payment counts until the dispute is lost.
        coalesce(sum(p.amount_minor - p.refunded_minor) FILTER (
            WHERE p.source IN ('stripe', 'manual')
              AND p.state IN ('settled', 'partly_refunded', 'disputed')
              AND p.record_state <> 'confirmed'
        ), 0)::bigint AS local_paid_minor,
        -- The state that matters most to whoever decides about reminders.
        CASE
            WHEN bool_or(p.state = 'disputed') THEN 'disputed'
            WHEN bool_or(p.state = 'processing') THEN 'processing'
            WHEN bool_or(p.state = 'refunded') THEN 'refunded'
            WHEN bool_or(p.state = 'partly_refunded') THEN 'partly_refunded'
            WHEN bool_or(p.state = 'settled') THEN 'settled'
            WHEN bool_or(p.state = 'failed') THEN 'failed'
        END AS payment_state,
        -- How far the money that Clio does not show yet is on its way there.
        CASE
            WHEN bool_or(p.record_state = 'queued') THEN 'queued'
            WHEN bool_or(p.record_state = 'waiting') THEN 'waiting'
            WHEN bool_or(p.record_state = 'recorded') THEN 'recorded'
            WHEN bool_or(p.record_state = 'confirmed') THEN 'confirmed'
        END AS record_state
    FROM payments p
    WHERE p.firm_id = i.firm_id AND p.invoice_id = i.id
) paid
CROSS JOIN LATERAL (
    SELECT
        i.clio_balance_minor - paid.local_paid_minor AS effective_balance_minor,
        i.clio_state = 'paid' OR (
            i.clio_balance_minor - paid.local_paid_minor <= 0
            AND i.total_minor > 0
            AND (i.clio_paid_minor > 0 OR paid.local_paid_minor > 0)
        ) AS is_paid
) owed
LEFT JOIN LATERAL (
    SELECT c.id, c.state, c.version_id, c.end_reason, c.next_action_at, v.reminder_set_id
    FROM collections c JOIN reminder_set_versions v ON v.id = c.version_id
    WHERE c.firm_id = i.firm_id AND c.invoice_id = i.id
    ORDER BY (c.state = 'active') DESC, c.started_at DESC, c.id
    LIMIT 1
) collection ON true
LEFT JOIN LATERAL (
    SELECT reasons.kind, reasons.reason, reasons.until, reasons.reach
    FROM (
        -- A refund sets a row of holds instead, which a person releases.
        SELECT
            1 AS rank, 'refund_or_chargeback' AS kind, NULL AS reason, NULL::timestamptz AS until,
            'invoice' AS reach
        WHERE paid.payment_state = 'disputed'
        UNION ALL
        SELECT
            2,
            CASE WHEN i.clio_pending_minor > 0 THEN 'clio_payment_pending' ELSE 'payment_processing' END,
            NULL, NULL, 'invoice'
        WHERE paid.payment_state = 'processing' OR i.clio_pending_minor > 0
        UNION ALL
        SELECT * FROM (
            SELECT 3, by_hand.kind, by_hand.reason, by_hand.ends_at, by_hand.reach
            FROM (
                SELECT h.kind, h.reason, h.starts_at, h.ends_at, h.id, 'invoice' AS reach
                FROM holds h
                WHERE h.firm_id = i.firm_id AND h.invoice_id = i.id AND h.released_at IS NULL
                UNION ALL
                -- Of the client, of the set, or of everything.
                SELECT
                    h.kind, h.reason, h.starts_at, h.ends_at, h.id,
                    CASE
                        WHEN h.client_id IS NOT NULL THEN 'client'
                        WHEN h.reminder_set_id IS NOT NULL THEN 'reminder_set'
                        ELSE 'firm'
                    END
                FROM holds h
                WHERE h.firm_id = i.firm_id AND h.invoice_id IS NULL AND h.released_at IS NULL
                  AND (h.client_id IS NULL OR h.client_id = i.client_id)
                  AND (h.reminder_set_id IS NULL OR h.reminder_set_id = collection.reminder_set_id)
            ) by_hand
            WHERE by_hand.starts_at <= product_now()
              AND (by_hand.ends_at IS NULL OR by_hand.ends_at > product_now())
            ORDER BY by_hand.ends_at DESC NULLS FIRST, by_hand.starts_at, by_hand.id
            LIMIT 1
        ) longest
        UNION ALL
        -- Of nothing in this row, so that it is asked once a query and not once a row.
        SELECT 4, 'clio_disconnected', NULL, NULL, 'invoice'
        WHERE EXISTS (
            SELECT FROM clio_connections c
            WHERE c.firm_id = nullif(current_setting('app.firm_id', true), '')::uuid
              AND c.state <> 'connected'
        )
        UNION ALL
        SELECT 5, 'no_address', NULL, NULL, 'invoice'
        WHERE coalesce(client.email_override, client.email) IS NULL
        UNION ALL
        SELECT 6, 'set_archived', NULL, NULL, 'invoice'
        WHERE EXISTS (
            SELECT FROM reminder_sets s
            WHERE s.id = collection.reminder_set_id AND s.archived_at IS NOT NULL
        )
        UNION ALL
        SELECT 7, 'other_sender', NULL, NULL, 'invoice'
        WHERE client.clio_reminders_enabled AND EXISTS (
            SELECT FROM sending_rules r
            WHERE r.firm_id = nullif(current_setting('app.firm_id', true), '')::uuid
              AND r.holds_for_other_senders
        )
    ) reasons
    ORDER BY reasons.rank
    LIMIT 1
) held ON true;

GRANT SELECT ON invoice_overview TO invoice_tracker_app;
