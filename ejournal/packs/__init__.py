"""The pack with which teaching goes on while the system is down (п. 4.1): made every night, kept for some days."""
