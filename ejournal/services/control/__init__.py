"""Control of terms: who is late with what, by clause (R4.2.e, f, h)."""
