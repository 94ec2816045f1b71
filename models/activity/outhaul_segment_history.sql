{{ outhaul.segment_history() }}
