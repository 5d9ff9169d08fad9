import Glibc

/// Runs a body on a detached thread of its own, for work that blocks in librdkafka.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let start = Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, start.toOpaque())
    // Without its thread the client would wait forever: nothing sensible is left to do.
    precondition(result == 0, "cannot start a thread: \(String(cString: strerror(result)))")
    pthread_detach(thread)
}
