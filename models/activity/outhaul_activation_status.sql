select * from {{ outhaul.ledger_relation('outhaul_status') }}
