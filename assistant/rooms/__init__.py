"""Devices in other rooms: microphones and loudspeakers that reach the assistant over a network."""
