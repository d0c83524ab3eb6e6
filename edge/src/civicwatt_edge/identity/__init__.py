"""The gateway's identity: enrolment, the certificate's life, signed requests to the cloud."""
