import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

/** Runs an empty database on a free port of 127.0.0.1, until standard input ends. Prints the port. */
class LoopbackMongo {
  public static void main(String[] arguments) throws Exception {
    var server = new MongoServer(new MemoryBackend().version(ServerVersion.MONGO_5_0));
    server.bind("127.0.0.1", 0);
    System.out.println(server.getLocalAddress().getPort());
    // Standard input ends when the process that started this one stops it, and also when that process dies.
    while (System.in.read() != -1) {}
    System.exit(0);
  }
}
