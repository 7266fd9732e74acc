"""The stages of a study, one file per arrow: read inputs from the study's places, call the library, write outputs."""
