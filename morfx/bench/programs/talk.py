"""What the customers of a benchmark ask; each question has an answer of one bubble."""

QUESTIONS = (
    ("¿Cómo es la forma de pago?", "modopago"),
    ("¿Tienen registro Invima?", "invima"),
    ("¿Dónde están ubicados?", "ubicacion"),
    ("¿Puedo pagar contra entrega?", "modopago2"),
    ("¿Qué métodos de pago tienen?", "metodos_de_pago"),
)
"""Words, and what they mean in the agent's names."""
