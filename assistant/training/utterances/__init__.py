"""Tools for whoever teaches the assistant what people say: editing `nlu_data` in place."""
